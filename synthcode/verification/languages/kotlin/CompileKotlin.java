import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compiles Kotlin, by its own compiler in this process: see Compiling. */
final class CompileKotlin {
    private static final Path SOURCE = Path.of("/tmp/source/Program.kt");
    private static final Path CLASSES = Path.of("/tmp/classes");
    /** What newer standard libraries have, for a compiler that is older than this. */
    private static final Path RECENT = Path.of("/tmp/source/Recent.kt");
    private static final String RECENT_VERSION = "1.7";
    /** Errors that may be the library's fault: names that it lacks, and results that are null only there. */
    private static final Pattern LACKS = Pattern.compile("Unresolved reference|nullable|mismatch");
    private static final Pattern PACKAGE = Pattern.compile("\\A[^\n]*?\\bpackage ([\\w.`]+);");
    private static final Pattern ERROR = Pattern.compile(
        "<(?:error|exception)(?: path=\"[^\"]*\" line=\"(\\d+)\" column=\"\\d+\")?>([^<]*)<", Pattern.CASE_INSENSITIVE);

    /** Arguments: how many milliseconds a source may take, and the libraries that programs see. */
    public static void main(String[] arguments) throws Exception {
        Class<?> type = Class.forName("org.jetbrains.kotlin.cli.jvm.K2JVMCompiler");
        Class<?> services = Class.forName("org.jetbrains.kotlin.config.Services");
        Object none = services.getField("EMPTY").get(null);
        Method compile = type.getMethod("execAndOutputXml", PrintStream.class, services, String[].class);
        Object compiler = type.getDeclaredConstructor().newInstance();
        String libraries = String.join(":", List.of(arguments).subList(1, arguments.length));
        String[] options = {
            "-d", CLASSES.toString(), "-classpath", libraries, "-no-stdlib", "-no-reflect", "-nowarn",
            "-jvm-target", "1.8", "-module-name", "program"};
        Files.createDirectories(SOURCE.getParent());
        String recent = recent();
        Compiling.all(Long.parseLong(arguments[0]), (source, outcome) -> {
            ByteArrayOutputStream log = new ByteArrayOutputStream();
            PrintStream output = new PrintStream(log, true, StandardCharsets.UTF_8);
            Files.writeString(SOURCE, source);
            boolean isTaken = isOk(compile.invoke(compiler, output, none, with(options, SOURCE)));
            if (!isTaken && recent != null && LACKS.matcher(log.toString(StandardCharsets.UTF_8)).find()) {
                Matcher header = PACKAGE.matcher(source);
                Files.writeString(RECENT, (header.find() ? "package " + header.group(1) + ";" : "") + recent);
                PrintStream ignored = new PrintStream(new ByteArrayOutputStream());
                isTaken = isOk(compile.invoke(compiler, ignored, none, with(options, SOURCE, RECENT)));
            }
            if (isTaken) keep(outcome);
            else outcome.message = message(log.toString(StandardCharsets.UTF_8));
        });
    }

    /** Returns the text of Recent.kt, or null for a compiler that does not need it. */
    private static String recent() throws ReflectiveOperationException, IOException {
        Class<?> version = Class.forName("kotlin.KotlinVersion");
        String current = version.getField("CURRENT").get(null).toString();
        if (Runtime.Version.parse(current).compareTo(Runtime.Version.parse(RECENT_VERSION)) >= 0) return null;
        try (InputStream text = CompileKotlin.class.getResourceAsStream("/Recent.kt")) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static boolean isOk(Object status) {
        return status.toString().equals("OK");
    }

    /** Returns the compiler's arguments for sources; the classes of the ones before are removed. */
    private static String[] with(String[] options, Path... sources) throws IOException {
        for (Path one : files()) Files.delete(one);
        return Stream.concat(Stream.of(options), Stream.of(sources).map(Path::toString)).toArray(String[]::new);
    }

    /** Returns the first error that the compiler reports, in its XML. */
    private static String message(String log) {
        Matcher found = ERROR.matcher(log);
        if (!found.find()) return "the compiler refuses it";
        String text = found.group(2).replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
            .replace("&#39;", "'").replace("&amp;", "&").strip();
        return found.group(1) == null ? text : "line " + found.group(1) + ": " + text;
    }

    private static List<Path> files() throws IOException {
        if (!Files.exists(CLASSES)) return List.of();
        try (Stream<Path> found = Files.walk(CLASSES)) {
            return found.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
        }
    }

    private static void keep(Compiling.Outcome outcome) throws IOException {
        for (Path one : files()) {
            String name = CLASSES.relativize(one).toString();
            if (!name.endsWith(".class")) continue;
            name = name.substring(0, name.length() - ".class".length()).replace('/', '.');
            outcome.classes.put(name, Files.readAllBytes(one));
        }
    }
}
