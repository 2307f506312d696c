import java.math.BigDecimal;
import java.math.BigInteger;

/** Values without parts. */
final class Scalars {
    private Scalars() {}

    /** Makes a value of a type; null if the type has none of these. */
    static Object to(Class<?> type, Object raw) throws Values.Mismatch {
        if (type == boolean.class || type == Boolean.class) return require(raw instanceof Boolean, raw);
        if (type == char.class || type == Character.class) {
            require(raw instanceof String && ((String) raw).length() == 1, raw);
            return ((String) raw).charAt(0);
        }
        if (type == String.class) return require(raw instanceof String, raw);
        if (type == StringBuilder.class) return new StringBuilder((String) require(raw instanceof String, raw));
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) return number(type, raw);
        if (type.isAssignableFrom(String.class)) return require(raw instanceof String, raw);
        return null;
    }

    private static Object require(boolean fits, Object raw) throws Values.Mismatch {
        if (!fits) throw new Values.Mismatch();
        return raw;
    }

    private static Object number(Class<?> type, Object raw) throws Values.Mismatch {
        require(raw instanceof BigInteger || raw instanceof Double, raw);
        Number value = (Number) raw;
        if (type == double.class || type == Double.class) return value.doubleValue();
        if (type == float.class || type == Float.class) return value.floatValue();
        if (type == BigDecimal.class) return new BigDecimal(raw.toString());
        if (raw instanceof Double) return require(type == Number.class, raw);
        BigInteger integer = (BigInteger) raw;
        int bits = integer.bitLength();
        if (type == BigInteger.class) return integer;
        if (type == int.class || type == Integer.class || (type == Number.class && bits < 32)) {
            require(bits < 32, raw);
            return integer.intValue();
        }
        if (type == long.class || type == Long.class || type == Number.class) {
            require(bits < 64, raw);
            return integer.longValue();
        }
        if (type == short.class || type == Short.class) {
            require(bits < 16, raw);
            return integer.shortValue();
        }
        require((type == byte.class || type == Byte.class) && bits < 8, raw);
        return integer.byteValue();
    }
}
