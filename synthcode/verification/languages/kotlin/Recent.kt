// What the standard library has since Kotlin 1.4, 1.5 and 1.7, for older compilers: see CompileKotlin.java. It is
// compiled in the package of a program that the compiler refuses without it.

fun <T : Comparable<T>> Iterable<T>.maxOrNull(): T? = maxByOrNull { it }
fun <T : Comparable<T>> Iterable<T>.minOrNull(): T? = minByOrNull { it }
fun <T : Comparable<T>> Iterable<T>.max(): T = maxOrNull() ?: throw NoSuchElementException()
fun <T : Comparable<T>> Iterable<T>.min(): T = minOrNull() ?: throw NoSuchElementException()

inline fun <T, R : Comparable<R>> Iterable<T>.maxByOrNull(selector: (T) -> R): T? {
    val all = this.iterator()
    if (!all.hasNext()) return null
    var best = all.next()
    var value = selector(best)
    while (all.hasNext()) {
        val one = all.next()
        val other = selector(one)
        if (other > value) {
            best = one
            value = other
        }
    }
    return best
}

inline fun <T, R : Comparable<R>> Iterable<T>.minByOrNull(selector: (T) -> R): T? {
    val all = this.iterator()
    if (!all.hasNext()) return null
    var best = all.next()
    var value = selector(best)
    while (all.hasNext()) {
        val one = all.next()
        val other = selector(one)
        if (other < value) {
            best = one
            value = other
        }
    }
    return best
}

inline fun <T, R : Comparable<R>> Iterable<T>.maxBy(selector: (T) -> R): T = maxByOrNull(selector)!!
inline fun <T, R : Comparable<R>> Iterable<T>.minBy(selector: (T) -> R): T = minByOrNull(selector)!!
inline fun <T, R : Comparable<R>> Iterable<T>.maxOf(selector: (T) -> R): R = map(selector).max()
inline fun <T, R : Comparable<R>> Iterable<T>.minOf(selector: (T) -> R): R = map(selector).min()
inline fun <T, R : Comparable<R>> Iterable<T>.maxOfOrNull(selector: (T) -> R): R? = map(selector).maxOrNull()
inline fun <T, R : Comparable<R>> Iterable<T>.minOfOrNull(selector: (T) -> R): R? = map(selector).minOrNull()
fun <T> Iterable<T>.maxWithOrNull(order: Comparator<in T>): T? = sortedWith(order).lastOrNull()
fun <T> Iterable<T>.minWithOrNull(order: Comparator<in T>): T? = sortedWith(order).firstOrNull()
inline fun <T, R : Any> Iterable<T>.firstNotNullOfOrNull(change: (T) -> R?): R? = mapNotNull(change).firstOrNull()
inline fun <T, R : Any> Iterable<T>.firstNotNullOf(change: (T) -> R?): R = mapNotNull(change).first()

inline fun <T, reified N : Number> Iterable<T>.sumOf(selector: (T) -> N): N = total(map { selector(it) })
inline fun <reified N : Number> CharSequence.sumOf(selector: (Char) -> N): N = total(map { selector(it) })

inline fun <reified N : Number> total(values: List<N>): N = when (N::class) {
    Int::class -> values.fold(0) { sum, one -> sum + one.toInt() } as N
    Long::class -> values.fold(0L) { sum, one -> sum + one.toLong() } as N
    else -> values.fold(0.0) { sum, one -> sum + one.toDouble() } as N
}

inline fun <T, R> Iterable<T>.runningFold(initial: R, operation: (R, T) -> R): List<R> {
    val found = mutableListOf(initial)
    for (one in this) found.add(operation(found.last(), one))
    return found
}

inline fun <T, R> Iterable<T>.scan(initial: R, operation: (R, T) -> R): List<R> = runningFold(initial, operation)
inline fun <T> Iterable<T>.reduceOrNull(operation: (T, T) -> T): T? = if (any()) reduce(operation) else null

fun IntArray.maxOrNull(): Int? = asList().maxOrNull()
fun IntArray.minOrNull(): Int? = asList().minOrNull()
fun IntArray.max(): Int = asList().max()
fun IntArray.min(): Int = asList().min()
inline fun <reified N : Number> IntArray.sumOf(selector: (Int) -> N): N = total(map { selector(it) })

fun LongArray.maxOrNull(): Long? = asList().maxOrNull()
fun LongArray.minOrNull(): Long? = asList().minOrNull()
fun LongArray.max(): Long = asList().max()
fun LongArray.min(): Long = asList().min()
inline fun <reified N : Number> LongArray.sumOf(selector: (Long) -> N): N = total(map { selector(it) })

fun DoubleArray.maxOrNull(): Double? = asList().maxOrNull()
fun DoubleArray.minOrNull(): Double? = asList().minOrNull()
fun DoubleArray.max(): Double = asList().max()
fun DoubleArray.min(): Double = asList().min()
inline fun <reified N : Number> DoubleArray.sumOf(selector: (Double) -> N): N = total(map { selector(it) })

fun CharArray.maxOrNull(): Char? = asList().maxOrNull()
fun CharArray.minOrNull(): Char? = asList().minOrNull()
fun CharArray.max(): Char = asList().max()
fun CharArray.min(): Char = asList().min()
inline fun <reified N : Number> CharArray.sumOf(selector: (Char) -> N): N = total(map { selector(it) })

fun <T : Comparable<T>> Array<out T>.maxOrNull(): T? = asList().maxOrNull()
fun <T : Comparable<T>> Array<out T>.minOrNull(): T? = asList().minOrNull()
fun <T : Comparable<T>> Array<out T>.max(): T = asList().max()
fun <T : Comparable<T>> Array<out T>.min(): T = asList().min()

fun <T : Comparable<T>> Sequence<T>.maxOrNull(): T? = asIterable().maxOrNull()
fun <T : Comparable<T>> Sequence<T>.minOrNull(): T? = asIterable().minOrNull()
fun <T : Comparable<T>> Sequence<T>.max(): T = asIterable().max()
fun <T : Comparable<T>> Sequence<T>.min(): T = asIterable().min()

inline fun <T, reified N : Number> Array<out T>.sumOf(selector: (T) -> N): N = total(map { selector(it) })
inline fun <T, R : Comparable<R>> Array<out T>.maxByOrNull(selector: (T) -> R): T? = asList().maxByOrNull(selector)
inline fun <T, R : Comparable<R>> Array<out T>.minByOrNull(selector: (T) -> R): T? = asList().minByOrNull(selector)
inline fun <K, V, R : Comparable<R>> Map<K, V>.maxByOrNull(selector: (Map.Entry<K, V>) -> R): Map.Entry<K, V>? =
    entries.maxByOrNull(selector)
inline fun <K, V, R : Comparable<R>> Map<K, V>.minByOrNull(selector: (Map.Entry<K, V>) -> R): Map.Entry<K, V>? =
    entries.minByOrNull(selector)
inline fun <K, V, R : Comparable<R>> Map<K, V>.maxBy(selector: (Map.Entry<K, V>) -> R): Map.Entry<K, V> =
    entries.maxBy(selector)
inline fun <K, V, R : Comparable<R>> Map<K, V>.minBy(selector: (Map.Entry<K, V>) -> R): Map.Entry<K, V> =
    entries.minBy(selector)
fun CharSequence.maxOrNull(): Char? = asIterable().maxOrNull()
fun CharSequence.minOrNull(): Char? = asIterable().minOrNull()

typealias ArrayDeque<E> = java.util.LinkedList<E>

fun <T> MutableList<T>.removeFirst(): T = if (isEmpty()) throw NoSuchElementException() else removeAt(0)
fun <T> MutableList<T>.removeLast(): T = if (isEmpty()) throw NoSuchElementException() else removeAt(size - 1)
fun <T> MutableList<T>.removeFirstOrNull(): T? = if (isEmpty()) null else removeAt(0)
fun <T> MutableList<T>.removeLastOrNull(): T? = if (isEmpty()) null else removeAt(size - 1)
inline fun <T> buildList(action: MutableList<T>.() -> Unit): List<T> = ArrayList<T>().apply(action)
inline fun <T> buildSet(action: MutableSet<T>.() -> Unit): Set<T> = LinkedHashSet<T>().apply(action)
inline fun <K, V> buildMap(action: MutableMap<K, V>.() -> Unit): Map<K, V> = LinkedHashMap<K, V>().apply(action)

fun String.lowercase(): String = (this as java.lang.String).toLowerCase(java.util.Locale.ROOT)
fun String.uppercase(): String = (this as java.lang.String).toUpperCase(java.util.Locale.ROOT)
inline fun String.replaceFirstChar(change: (Char) -> Any): String =
    if (isEmpty()) this else change(this[0]).toString() + substring(1)
val Char.code: Int get() = toInt()
fun Char(code: Int): Char = code.toChar()
fun Char.lowercaseChar(): Char = Character.toLowerCase(this)
fun Char.uppercaseChar(): Char = Character.toUpperCase(this)
fun Char.titlecaseChar(): Char = Character.toTitleCase(this)
fun Char.lowercase(): String = toString().lowercase()
fun Char.uppercase(): String = toString().uppercase()
fun Char.titlecase(): String = titlecaseChar().toString()
fun Char.digitToIntOrNull(): Int? = Character.digit(this, 10).takeIf { it >= 0 }
fun Char.digitToInt(): Int = digitToIntOrNull() ?: throw IllegalArgumentException("Char $this is not a decimal digit")
fun Int.digitToChar(): Char = if (this in 0..9) '0' + this else throw IllegalArgumentException()
fun Int.mod(other: Int): Int = Math.floorMod(this, other)
fun Long.mod(other: Long): Long = Math.floorMod(this, other)
fun Int.floorDiv(other: Int): Int = Math.floorDiv(this, other)
fun Long.floorDiv(other: Long): Long = Math.floorDiv(this, other)
