import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.BaseStream;

/** Results as canonical JSON. */
final class Form {
    private static final int DEEPEST = 50;
    private static final int LONGEST = 200_000;
    private static final int MOST_COMPONENTS = 8;

    /** A result that is too long, or nested too deeply. */
    private static final class TooMuch extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooMuch(String message) {
            super(message, null, false, false);
        }
    }

    private final StringBuilder text = new StringBuilder();

    static String of(Object value) {
        Form form = new Form();
        try {
            form.add(value, 0);
            return form.text.toString();
        } catch (TooMuch problem) {
            return other(problem.getMessage());
        }
    }

    static String other(String what) {
        return tagged("other", what);
    }

    static String raised(Throwable problem) {
        String name = problem.getClass().getName();
        return tagged("raised", name.substring(name.lastIndexOf('.') + 1));
    }

    private static String tagged(String tag, String content) {
        Form form = new Form();
        form.text.append("{\"").append(tag).append("\": ");
        form.string(content);
        return form.text.append('}').toString();
    }

    private void add(Object value, int depth) {
        if (depth > DEEPEST) throw new TooMuch("a value nested too deeply");
        if (text.length() > LONGEST) throw new TooMuch("a long value");
        if (value == null) text.append("null");
        else if (value instanceof Boolean) text.append(((Boolean) value).booleanValue());
        else if (value instanceof Number) number((Number) value);
        else if (value instanceof CharSequence || value instanceof Character) string(value.toString());
        else if (value.getClass().isArray()) array(value, depth);
        else if (value instanceof Map) map((Map<?, ?>) value, depth);
        else if (value instanceof Set) tagged("set", ((Set<?>) value).iterator(), depth);
        else if (value instanceof Iterable) sequence(((Iterable<?>) value).iterator(), depth);
        else if (value instanceof Iterator) sequence((Iterator<?>) value, depth);
        else if (value instanceof BaseStream) sequence(((BaseStream<?, ?>) value).iterator(), depth);
        else if (value instanceof Map.Entry) entry((Map.Entry<?, ?>) value, depth);
        else optionalOrTuple(value, depth);
    }

    private void number(Number value) {
        if (value instanceof Double || value instanceof Float) real(value);
        else if (value instanceof BigDecimal) real(value);
        else text.append(value instanceof BigInteger ? value.toString() : Long.toString(value.longValue()));
    }

    private void real(Number value) {
        double size = value.doubleValue();
        if (Double.isNaN(size)) text.append("{\"float\": \"nan\"}");
        else if (Double.isInfinite(size)) text.append(size > 0 ? "{\"float\": \"inf\"}" : "{\"float\": \"-inf\"}");
        else text.append(value instanceof Float ? value.toString() : Double.toString(size));
    }

    private void array(Object value, int depth) {
        if (value instanceof char[]) throw new TooMuch("char[]");  // a string, or a list: nobody knows
        text.append('[');
        int length = Array.getLength(value);
        for (int i = 0; i < length; i++) {
            if (i > 0) text.append(", ");
            add(Array.get(value, i), depth + 1);
        }
        text.append(']');
    }

    private void sequence(Iterator<?> items, int depth) {
        text.append('[');
        for (boolean isFirst = true; items.hasNext(); isFirst = false) {
            if (!isFirst) text.append(", ");
            add(items.next(), depth + 1);
        }
        text.append(']');
    }

    private void tagged(String tag, Iterator<?> items, int depth) {
        text.append("{\"").append(tag).append("\": ");
        sequence(items, depth);
        text.append('}');
    }

    private void map(Map<?, ?> value, int depth) {
        text.append("{\"map\": [");
        boolean isFirst = true;
        for (Map.Entry<?, ?> one : value.entrySet()) {
            if (!isFirst) text.append(", ");
            isFirst = false;
            sequence(java.util.Arrays.asList(one.getKey(), one.getValue()).iterator(), depth + 1);
        }
        text.append("]}");
    }

    private void entry(Map.Entry<?, ?> value, int depth) {
        tagged("tuple", java.util.Arrays.asList(value.getKey(), value.getValue()).iterator(), depth);
    }

    private void optionalOrTuple(Object value, int depth) {
        if (value instanceof Optional) add(((Optional<?>) value).orElse(null), depth);
        else if (value instanceof OptionalInt) add(first(((OptionalInt) value).stream()), depth);
        else if (value instanceof OptionalLong) add(first(((OptionalLong) value).stream()), depth);
        else if (value instanceof OptionalDouble) add(first(((OptionalDouble) value).stream()), depth);
        else if (value.getClass().getName().equals("kotlin.Unit")) text.append("null");
        else if (isSequence(value.getClass())) sequence(iterator(value), depth);
        else components(value, depth);
    }

    private static boolean isSequence(Class<?> type) {
        for (Class<?> one : type.getInterfaces()) {
            if (one.getName().equals("kotlin.sequences.Sequence") || isSequence(one)) return true;
        }
        return false;
    }

    private static Iterator<?> iterator(Object sequence) {
        try {
            Method iterator = sequence.getClass().getMethod("iterator");
            iterator.setAccessible(true);
            return (Iterator<?>) iterator.invoke(sequence);
        } catch (ReflectiveOperationException problem) {
            throw new TooMuch("a sequence");
        }
    }

    private static Object first(BaseStream<?, ?> values) {
        Iterator<?> found = values.iterator();
        return found.hasNext() ? found.next() : null;
    }

    /** Writes an object of the program's own by its fields, and another one with components as a tuple. */
    private void components(Object value, int depth) {
        Class<?> type = value.getClass();
        if (!type.getName().matches("(?:java|javax|jdk|sun|kotlin|kotlinx)[.].*")) {
            fields(value, type, depth);
            return;
        }
        java.util.List<Object> found = new java.util.ArrayList<>();
        try {
            for (int place = 1; place <= MOST_COMPONENTS; place++) {
                Method one = type.getDeclaredMethod("component" + place);
                one.setAccessible(true);
                found.add(one.invoke(value));
            }
        } catch (NoSuchMethodException end) {
            // all components are found
        } catch (ReflectiveOperationException | RuntimeException problem) {
            throw new TooMuch(type.getSimpleName());
        }
        if (found.isEmpty()) throw new TooMuch(type.getName().replaceAll("^.*[.$]", ""));
        tagged("tuple", found.iterator(), depth);
    }

    private void fields(Object value, Class<?> type, int depth) {
        String separator = "{\"record\": [[";
        for (Field one : value instanceof Enum ? new Field[0] : type.getDeclaredFields()) {
            if (Modifier.isStatic(one.getModifiers()) || one.isSynthetic()) continue;
            text.append(separator);
            string(one.getName());
            text.append(", ");
            try {
                one.setAccessible(true);
                add(one.get(value), depth + 1);
            } catch (ReflectiveOperationException problem) {
                throw new TooMuch(type.getSimpleName());
            }
            separator = "], [";
        }
        if (!separator.startsWith("]")) throw new TooMuch(type.getName().replaceAll("^.*[.$]", ""));
        text.append("]]}");
    }

    private void string(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char one = value.charAt(i);
            if (one == '"' || one == '\\') text.append('\\').append(one);
            else if (one < ' ' || one > '~') text.append("\\u").append(Integer.toHexString(one | 0x10000).substring(1));
            else text.append(one);
        }
        text.append('"');
        if (text.length() > LONGEST) throw new TooMuch("a long value");
    }
}
