import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The entry point of a program, called on cases: a method, a function of Kotlin's, or a lambda in a field. */
final class Call {
    /** Takes a line. */
    interface Sink {
        void take(String line) throws InterruptedException;
    }

    /** What can be called by the entry point's name. */
    private static final class Candidate {
        final Method method;
        final Field lambda;
        final Map<TypeVariable<?>, Type> bound = new HashMap<>();

        Candidate(Method method, Field lambda) {
            this.method = method;
            this.lambda = lambda;
        }

        /** The method that takes a mask of the arguments that are left out, or null. */
        Method withDefaults() {
            int count = method.getParameterCount() + (Modifier.isStatic(method.getModifiers()) ? 2 : 3);
            for (Method one : method.getDeclaringClass().getDeclaredMethods()) {
                if (one.getName().equals(method.getName() + "$default") && one.getParameterCount() == count) return one;
            }
            return null;
        }
    }

    private static final int NONE = -1;
    private static final int MANY = -2;
    private final List<Candidate> candidates = new ArrayList<>();
    /** What the last call has stored in its argument. */
    private String stored;

    /** Finds what can be called; no class of the program is initialised by this. */
    Call(ClassLoader loader, Collection<String> classes, String entryPoint) throws ClassNotFoundException {
        for (String name : classes) {
            Class<?> type = Class.forName(name, false, loader);
            for (Method one : type.getDeclaredMethods()) {
                if (isNamed(one.getName(), entryPoint) && !one.isSynthetic()) add(new Candidate(one, null));
            }
            for (Field one : type.getDeclaredFields()) {
                if (one.getName().equals(entryPoint)) addLambda(one);
            }
        }
    }

    /** Kotlin's compiler adds to the names of internal functions what they are internal to. */
    private static boolean isNamed(String name, String entryPoint) {
        return name.equals(entryPoint) || name.startsWith(entryPoint + "$") && !name.contains("$default")
            && !name.contains("$lambda");
    }

    private void add(Candidate one) {
        if (!Modifier.isAbstract(one.method.getModifiers())) candidates.add(one);
    }

    private void addLambda(Field field) {
        Class<?> type = field.getType();
        Method only = null;
        for (Method one : type.isInterface() ? type.getMethods() : new Method[0]) {
            if (Modifier.isAbstract(one.getModifiers()) && only != null) return;
            if (Modifier.isAbstract(one.getModifiers())) only = one;
        }
        if (only == null) return;
        Candidate found = new Candidate(only, field);
        if (field.getGenericType() instanceof ParameterizedType) {
            Type[] of = ((ParameterizedType) field.getGenericType()).getActualTypeArguments();
            for (int i = 0; i < of.length; i++) found.bound.put(type.getTypeParameters()[i], of[i]);
        }
        candidates.add(found);
    }

    /** Calls the entry point on each case: how many there are, and of each its place, its arity and its arguments. */
    void all(byte[] cases, Sink sink) throws IOException, InterruptedException {
        DataInputStream input = new DataInputStream(new ByteArrayInputStream(cases));
        int count = input.readInt();
        for (int i = 0; i < count; i++) {
            int place = input.readInt();
            for (String one : results(Values.readAll(input, input.readInt()))) sink.take(place + " " + one);
        }
    }

    /** The result of a case; of a method without one, what it may have stored as well. */
    private List<String> results(List<Object> raw) {
        stored = null;
        String result = result(raw);
        return stored == null ? List.of(result) : List.of(result, stored);
    }

    private String result(List<Object> raw) {
        for (Candidate one : candidates) {
            Object[] arguments;
            try {
                arguments = arguments(one, raw);
            } catch (Values.Mismatch next) {
                continue;
            }
            try {
                return call(one, arguments);
            } catch (InvocationTargetException problem) {
                if (problem.getCause() instanceof OutOfMemoryError) throw (OutOfMemoryError) problem.getCause();
                if (isNullRefused(problem.getCause(), arguments)) return Form.other("null");
                return Form.raised(problem.getCause());
            } catch (ReflectiveOperationException problem) {
                return Form.other("something that cannot be called: " + problem.getClass().getSimpleName());
            } catch (OutOfMemoryError problem) {
                throw problem;
            } catch (Throwable problem) {  // of a result that is lazy
                return Form.raised(problem);
            }
        }
        return Form.other("nothing: its arguments do not fit");
    }

    private static Object[] arguments(Candidate one, List<Object> raw) throws Values.Mismatch {
        Type[] types = one.method.getGenericParameterTypes();
        int fixed = one.method.isVarArgs() ? types.length - 1 : types.length;
        boolean isSpread = one.method.isVarArgs() && (raw.size() != types.length
            || !(raw.get(fixed) instanceof Values.Group));
        if (isSpread && raw.size() >= fixed) {
            List<Object> packed = new ArrayList<>(raw.subList(0, fixed));
            packed.add(new Values.Group('l', new ArrayList<>(raw.subList(fixed, raw.size()))));
            return arguments(one, types, packed);
        }
        return arguments(one, types, raw);
    }

    private static Object[] arguments(Candidate one, Type[] types, List<Object> raw) throws Values.Mismatch {
        boolean isFull = types.length == raw.size();
        if (!isFull && (types.length < raw.size() || one.withDefaults() == null)) throw new Values.Mismatch();
        Object[] made = new Object[raw.size()];
        for (int i = 0; i < made.length; i++) made[i] = Values.to(types[i], raw.get(i), one.bound);
        return made;
    }

    private String call(Candidate one, Object[] arguments) throws ReflectiveOperationException {
        Object target = null;
        AccessibleObject opened = one.lambda != null ? one.lambda : one.method;
        opened.setAccessible(true);
        if (one.lambda != null) {
            Field field = one.lambda;
            target = field.get(Modifier.isStatic(field.getModifiers()) ? null : instance(field.getDeclaringClass()));
            if (target == null) return Form.other("null in place of a function");
            one.method.setAccessible(true);
        } else if (!Modifier.isStatic(one.method.getModifiers())) {
            target = instance(one.method.getDeclaringClass());
        }
        boolean isFull = arguments.length == one.method.getParameterCount();
        Object result = isFull ? one.method.invoke(target, arguments) : callWithDefaults(one, target, arguments);
        boolean isEmpty = one.method.getReturnType() == void.class
            || result != null && result.getClass().getName().equals("kotlin.Unit");
        if (!isEmpty) return Form.of(result);
        int changed = changed(one.method);
        if (changed >= 0) stored = Form.of(arguments[changed]);
        return changed == MANY ? Form.other("void") : "null";
    }

    /** Returns the only argument in which a method without a result could store one, NONE or MANY. */
    private static int changed(Method method) {
        int found = NONE;
        Class<?>[] types = method.getParameterTypes();
        for (int i = 0; i < types.length; i++) {
            Class<?> type = types[i];
            boolean isBoxed = Number.class.isAssignableFrom(type) && type.getName().startsWith("java.lang.");
            if (!type.isPrimitive() && !isBoxed && type != String.class && type != Character.class && type != Boolean.class) {
                found = found == NONE ? i : MANY;
            }
        }
        return found;
    }

    /** Calls what Kotlin's compiler makes of a function with default arguments: a mask says which ones are left out. */
    private static Object callWithDefaults(Candidate one, Object target, Object[] given)
        throws ReflectiveOperationException {
        Method method = one.withDefaults();
        Class<?>[] types = method.getParameterTypes();
        Object[] all = new Object[types.length];
        int start = target == null ? 0 : 1;
        if (target != null) all[0] = target;
        int mask = 0;
        for (int i = 0; i < one.method.getParameterCount(); i++) {
            if (i >= given.length) mask |= 1 << i;
            Class<?> type = types[start + i];
            all[start + i] = i < given.length ? given[i] : type.isPrimitive() ? Array.get(Array.newInstance(type, 1), 0) : null;
        }
        all[types.length - 2] = mask;
        method.setAccessible(true);
        return method.invoke(null, all);
    }

    /** Returns an object with the method: the one of a Kotlin object or companion, or a new one. */
    private static Object instance(Class<?> type) throws ReflectiveOperationException {
        Class<?> outer = type.getEnclosingClass();
        for (Class<?> holder : outer == null ? new Class<?>[] {type} : new Class<?>[] {type, outer}) {
            for (Field one : holder.getDeclaredFields()) {
                boolean isSingle = one.getName().equals("INSTANCE") || holder == outer;
                if (!isSingle || one.getType() != type || !Modifier.isStatic(one.getModifiers())) continue;
                one.setAccessible(true);
                return one.get(null);
            }
        }
        boolean isInner = outer != null && !Modifier.isStatic(type.getModifiers());
        Constructor<?> made = isInner ? type.getDeclaredConstructor(outer) : type.getDeclaredConstructor();
        made.setAccessible(true);
        return isInner ? made.newInstance(instance(outer)) : made.newInstance();
    }

    /** Whether a function of Kotlin's was given null for a parameter that is never null: the call does not fit it. */
    private static boolean isNullRefused(Throwable problem, Object[] arguments) {
        String message = problem.getClass().getClassLoader() == null ? String.valueOf(problem.getMessage()) : "";
        return Arrays.asList(arguments).contains(null)
            && message.matches("(?s)Parameter specified as non-null is null.*");
    }
}
