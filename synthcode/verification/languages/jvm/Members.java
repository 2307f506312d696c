import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Fields of a program's own classes, of which objects may stand for mappings with names for keys. */
final class Members {
    private Members() {}

    /** Returns the values of a mapping (key, value, key, ...) in the order of the fields with the names of its keys. */
    static List<Object> inOrder(Class<?> type, List<Object> pairs) throws Values.Mismatch {
        Map<String, Object> found = new HashMap<>();
        for (int i = 0; i < pairs.size(); i += 2) {
            if (!(pairs.get(i) instanceof String)) throw new Values.Mismatch();
            found.put(spelling((String) pairs.get(i)), pairs.get(i + 1));
        }
        List<Object> values = new ArrayList<>();
        for (Field one : fields(type)) {
            if (!found.containsKey(spelling(one.getName()))) throw new Values.Mismatch();
            values.add(found.get(spelling(one.getName())));
        }
        if (values.size() != found.size() || values.size() * 2 != pairs.size()) throw new Values.Mismatch();
        return values;
    }

    /** Whether objects are made empty, and filled then: no constructor takes arguments. */
    static boolean isFilled(Class<?> type) {
        for (Constructor<?> one : type.getDeclaredConstructors()) {
            if (one.getParameterCount() > 0 && !one.isSynthetic()) return false;
        }
        return !fields(type).isEmpty();
    }

    /** Sets the fields of an object. */
    static void fill(Object made, List<Object> values, Map<TypeVariable<?>, Type> bound) throws Values.Mismatch {
        List<Field> fields = fields(made.getClass());
        if (fields.size() != values.size()) throw new Values.Mismatch();
        for (int i = 0; i < values.size(); i++) {
            try {
                fields.get(i).setAccessible(true);
                fields.get(i).set(made, Values.to(fields.get(i).getGenericType(), values.get(i), bound));
            } catch (ReflectiveOperationException | IllegalArgumentException problem) {
                throw new Values.Mismatch();
            }
        }
    }

    private static List<Field> fields(Class<?> type) {
        List<Field> found = new ArrayList<>();
        for (Field one : type.getDeclaredFields()) {
            if (!Modifier.isStatic(one.getModifiers()) && !one.isSynthetic()) found.add(one);
        }
        return found;
    }

    private static String spelling(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
