import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigInteger;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Arguments of cases, made into values of the types that a method declares. */
final class Values {
    /** A value that has no form in a type. */
    static final class Mismatch extends Exception {
        private static final long serialVersionUID = 1;

        Mismatch() {
            super(null, null, false, false);
        }
    }

    /** A list, tuple, set or map ('l', 'u', 'e', 'm'); the items of a map are pairs. */
    static final class Group {
        final char kind;
        final List<Object> items;

        Group(char kind, List<Object> items) {
            this.kind = kind;
            this.items = items;
        }
    }

    private Values() {}

    /** Reads a value: null, Boolean, BigInteger, Double, String or Group. */
    static Object read(DataInputStream input) throws IOException {
        char kind = (char) input.readByte();
        switch (kind) {
            case 'n': return null;
            case 't': return true;
            case 'f': return false;
            case 'i': return new BigInteger(Program.text(input));
            case 'd': return input.readDouble();
            case 's': return Program.text(input);
            default: return new Group(kind, readAll(input, kind == 'm' ? 2 * input.readInt() : input.readInt()));
        }
    }

    static List<Object> readAll(DataInputStream input, int count) throws IOException {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < count; i++) items.add(read(input));
        return items;
    }

    /** Makes a fresh value of a type; types of type variables are found in "bound", or follow from the value. */
    static Object to(Type type, Object raw, Map<TypeVariable<?>, Type> bound) throws Mismatch {
        if (type instanceof TypeVariable) {
            Type known = bound.get(type);
            return known != null && known != type ? to(known, raw, bound) : to(erased(type), raw, bound);
        }
        if (type instanceof WildcardType) {
            Type[] lower = ((WildcardType) type).getLowerBounds();
            return to(lower.length > 0 ? lower[0] : ((WildcardType) type).getUpperBounds()[0], raw, bound);
        }
        if (type instanceof GenericArrayType) return array(((GenericArrayType) type).getGenericComponentType(), raw, bound);
        if (!(type instanceof ParameterizedType)) return toClass((Class<?>) type, new Type[0], raw, bound);
        ParameterizedType generic = (ParameterizedType) type;
        return toClass((Class<?>) generic.getRawType(), generic.getActualTypeArguments(), raw, bound);
    }

    static Class<?> erased(Type type) {
        if (type instanceof Class) return (Class<?>) type;
        if (type instanceof ParameterizedType) return (Class<?>) ((ParameterizedType) type).getRawType();
        if (type instanceof TypeVariable) return erased(((TypeVariable<?>) type).getBounds()[0]);
        if (type instanceof WildcardType) return erased(((WildcardType) type).getUpperBounds()[0]);
        return Array.newInstance(erased(((GenericArrayType) type).getGenericComponentType()), 0).getClass();
    }

    private static Object toClass(Class<?> type, Type[] of, Object raw, Map<TypeVariable<?>, Type> bound)
        throws Mismatch {
        if (type == Optional.class) return raw == null ? Optional.empty() : Optional.of(to(argument(of, 0), raw, bound));
        if (raw == null) {
            if (type.isPrimitive()) throw new Mismatch();
            return null;
        }
        if (type.isAssignableFrom(Integer.class) && type.isInterface() || type == Object.class) {
            Object made = byValue(raw);
            if (!type.isInstance(made)) throw new Mismatch();
            return made;
        }
        if (type.isArray()) return array(type.getComponentType(), raw, bound);
        if (type == Map.Entry.class) {
            List<Object> pair = items(raw, 2);
            return new AbstractMap.SimpleEntry<>(
                to(argument(of, 0), pair.get(0), bound), to(argument(of, 1), pair.get(1), bound));
        }
        if (Map.class.isAssignableFrom(type)) return map(type, of, raw, bound);
        if (Iterable.class.isAssignableFrom(type)) return fill(collection(type), argument(of, 0), raw, bound);
        if (type == Iterator.class) return fill(new ArrayList<>(), argument(of, 0), raw, bound).iterator();
        Object scalar = Scalars.to(type, raw);
        return scalar != null ? scalar : construct(type, of, raw, bound);
    }

    private static Type argument(Type[] of, int place) {
        return place < of.length ? of[place] : Object.class;
    }

    /** Makes a value of the type that says most of it: an int is an Integer, a Long or a BigInteger. */
    private static Object byValue(Object raw) throws Mismatch {
        Map<TypeVariable<?>, Type> none = Map.of();
        if (raw instanceof BigInteger) {
            BigInteger value = (BigInteger) raw;
            if (value.bitLength() < 32) return value.intValue();
            return value.bitLength() < 64 ? (Object) value.longValue() : value;
        }
        if (!(raw instanceof Group)) return raw;
        if (((Group) raw).kind == 'm') return map(Map.class, new Type[0], raw, none);
        return fill(collection(((Group) raw).kind == 'e' ? java.util.Set.class : List.class), Object.class, raw, none);
    }

    private static Object array(Type of, Object raw, Map<TypeVariable<?>, Type> bound) throws Mismatch {
        if (of == char.class && raw instanceof String) return ((String) raw).toCharArray();
        List<Object> items = items(raw, -1);
        Object made = Array.newInstance(erased(bound.getOrDefault(of, of)), items.size());
        for (int i = 0; i < items.size(); i++) {
            try {
                Array.set(made, i, to(of, items.get(i), bound));
            } catch (IllegalArgumentException problem) {
                throw new Mismatch();
            }
        }
        return made;
    }

    private static Collection<Object> fill(
        Collection<Object> made, Type of, Object raw, Map<TypeVariable<?>, Type> bound) throws Mismatch {
        boolean isOfCharacters = raw instanceof String && of == Character.class;
        List<Object> items = isOfCharacters ? characters((String) raw) : items(raw, -1);
        try {
            for (Object item : items) made.add(to(of, item, bound));
        } catch (ClassCastException | NullPointerException problem) {  // a sorted set of what has no order
            throw new Mismatch();
        }
        return made;
    }

    private static List<Object> characters(String text) {
        List<Object> found = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) found.add(text.substring(i, i + 1));
        return found;
    }

    private static List<Object> items(Object raw, int count) throws Mismatch {
        boolean isGroup = raw instanceof Group && ((Group) raw).kind != 'm';
        if (!isGroup || (count >= 0 && ((Group) raw).items.size() != count)) throw new Mismatch();
        return ((Group) raw).items;
    }

    private static Object map(Class<?> type, Type[] of, Object raw, Map<TypeVariable<?>, Type> bound) throws Mismatch {
        if (!(raw instanceof Group) || ((Group) raw).kind != 'm') throw new Mismatch();
        Map<Object, Object> made = made(type, LinkedHashMap.class, TreeMap.class);
        List<Object> items = ((Group) raw).items;
        for (int i = 0; i < items.size(); i += 2) {
            made.put(to(argument(of, 0), items.get(i), bound), to(argument(of, 1), items.get(i + 1), bound));
        }
        return made;
    }

    private static Collection<Object> collection(Class<?> type) throws Mismatch {
        return made(type, ArrayList.class, LinkedHashSet.class, LinkedList.class, TreeSet.class);
    }

    @SuppressWarnings("unchecked")
    private static <C> C made(Class<?> type, Class<?>... usual) throws Mismatch {
        boolean isAbstract = Modifier.isAbstract(type.getModifiers());
        for (Class<?> one : isAbstract ? usual : new Class<?>[] {type}) {
            if (!type.isAssignableFrom(one)) continue;
            try {
                Constructor<?> constructor = one.getDeclaredConstructor();
                if (!one.getName().startsWith("java.")) constructor.setAccessible(true);
                return (C) constructor.newInstance();
            } catch (ReflectiveOperationException problem) {
                throw new Mismatch();
            }
        }
        throw new Mismatch();
    }

    /** Makes an object of a program's own class, or a Pair or Triple of Kotlin's, from a tuple of its components. */
    private static Object construct(Class<?> type, Type[] of, Object raw, Map<TypeVariable<?>, Type> bound)
        throws Mismatch {
        List<Object> items = raw instanceof Group && ((Group) raw).kind == 'm'
            ? Members.inOrder(type, ((Group) raw).items) : items(raw, -1);
        Map<TypeVariable<?>, Type> inner = new HashMap<>(bound);
        TypeVariable<?>[] variables = type.getTypeParameters();
        for (int i = 0; i < variables.length && i < of.length; i++) {
            inner.put(variables[i], of[i] instanceof TypeVariable ? bound.getOrDefault(of[i], Object.class) : of[i]);
        }
        if (type.getClassLoader() == null || Modifier.isAbstract(type.getModifiers())) throw new Mismatch();
        if (Members.isFilled(type)) {
            Object made = made(type);
            Members.fill(made, items, inner);
            return made;
        }
        for (Constructor<?> one : type.getDeclaredConstructors()) {
            if (one.isSynthetic() || one.getParameterCount() != items.size() || items.isEmpty()) continue;
            Type[] types = one.getGenericParameterTypes();
            Object[] components = new Object[types.length];
            for (int i = 0; i < types.length; i++) components[i] = to(types[i], items.get(i), inner);
            try {
                one.setAccessible(true);
                return one.newInstance(components);
            } catch (ReflectiveOperationException problem) {
                throw new Mismatch();
            }
        }
        throw new Mismatch();
    }
}
