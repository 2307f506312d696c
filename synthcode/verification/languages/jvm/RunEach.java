import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Runs many compiled programs, one after another, each in a thread and a class loader of its own.
 *
 * Arguments: seconds of processor and of wall time for each program, how many bytes it may report, and the libraries
 * that programs see. Input: see Program.read. All of it is read, and standard input closed, before any program runs.
 * Output: for each program, lines that begin with its nonce; the last one is "= STATUS MILLISECONDS MESSAGE", the
 * message in Base64. Before all of them comes a line with the first nonce of the input. This process ends early, with RECYCLE, after a program that leaves anything of its own, such as a
 * thread, a file or a system property: the programs after it are for a new process. Nonces are only in local variables.
 */
final class RunEach {
    private static final int RECYCLE = 86;
    private static final long STACK_BYTES = 64L << 20;
    private static final int QUEUED_LINES = 64;
    private static final int MESSAGE_CHARACTERS = 400;
    private static final String[] FOLDERS = {"/box", "/tmp", "/dev/shm"};

    /** What a program may use. */
    private static final class Limits {
        final long processorMillis;
        final long wallMillis;
        final long bytes;

        Limits(String[] arguments) {
            processorMillis = Long.parseLong(arguments[0]) * 1000;
            wallMillis = Long.parseLong(arguments[1]) * 1000;
            bytes = Long.parseLong(arguments[2]);
        }
    }

    public static void main(String[] arguments) {
        int status = 0;
        try {
            status = runAll(arguments);
        } catch (Throwable problem) {
            problem.printStackTrace();
            status = 1;
        }
        Runtime.getRuntime().halt(status);  // no hook of a program's runs
    }

    private static int runAll(String[] arguments) throws Exception {
        Limits limits = new Limits(arguments);
        ClassLoader libraries = libraries(Arrays.copyOfRange(arguments, 3, arguments.length));
        List<Program> programs = new ArrayList<>();
        List<String> nonces = new ArrayList<>();
        String started;
        try (DataInputStream input = new DataInputStream(new BufferedInputStream(System.in))) {
            started = Program.text(input);
            for (String nonce = Program.text(input); !nonce.isEmpty(); nonce = Program.text(input)) {
                nonces.add(nonce);
                programs.add(Program.read(input));
            }
        }
        OutputStream results = new FileOutputStream(FileDescriptor.out);
        write(results, started, "started");
        new Surroundings();  // what looking at them starts is there now
        Surroundings before = new Surroundings();
        for (int place = 0; place < programs.size(); place++) {
            Program program = programs.set(place, null);
            boolean isOver = run(program, libraries, limits, nonces.set(place, null), results);
            if (place + 1 < programs.size() && (!isOver || !before.equals(new Surroundings()))) return RECYCLE;
        }
        return 0;
    }

    private static ClassLoader libraries(String[] paths) throws IOException {
        ClassLoader platform = ClassLoader.getPlatformClassLoader();
        if (paths.length == 0) return platform;
        URL[] urls = new URL[paths.length];
        for (int i = 0; i < paths.length; i++) urls[i] = new File(paths[i]).toURI().toURL();
        URLClassLoader loader = new URLClassLoader(urls, platform);
        loader.setDefaultAssertionStatus(true);  // Kotlin's own library decides whether its assert does anything
        return loader;
    }

    /** Runs a program to its end or to a limit; returns whether its thread has ended. */
    private static boolean run(
        Program program, ClassLoader libraries, Limits limits, String nonce, OutputStream results) throws Exception {
        LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>(QUEUED_LINES);
        String end = new String("end");  // by its identity
        Throwable[] thrown = new Throwable[1];
        ClassLoader loader = new Classes(program.classes, libraries);
        Thread thread = new Thread(new ThreadGroup("programs"), () -> {
            try {
                if (program.entryPoint.isEmpty()) callMain(Class.forName(program.main, true, loader));
                else new Call(loader, program.classes.keySet(), program.entryPoint).all(program.cases, lines::put);
            } catch (Throwable problem) {
                thrown[0] = problem;
            }
            putAnyway(lines, end);
        }, "main", STACK_BYTES);
        thread.setContextClassLoader(loader);
        redirect();
        long started = System.nanoTime();
        long processor = processorMillis();
        thread.start();
        String status = "";
        for (long written = 0; status.isEmpty(); ) {
            String line = lines.poll(50, TimeUnit.MILLISECONDS);
            if (line == end) {
                status = status(thrown[0]);
            } else if (line != null) {
                written += write(results, nonce, line);
                if (written > limits.bytes) status = "crashed";
            } else if (processorMillis() - processor > limits.processorMillis) {
                status = "used_up";
            } else if (millisSince(started) > limits.wallMillis) {
                status = "timed_out";
            }
        }
        long millis = millisSince(started);
        if (status.equals("completed")) write(results, nonce, "end");
        write(results, nonce, "= " + status + " " + millis + " " + message(thrown[0]));
        if (status.equals("timed_out") || status.equals("used_up")) return false;
        thread.join(1000);
        return !thread.isAlive();
    }

    private static void putAnyway(LinkedBlockingQueue<String> lines, String line) {
        while (true) {
            try {
                lines.put(line);
                return;
            } catch (InterruptedException again) {
                // the program has interrupted its own thread
            }
        }
    }

    private static long processorMillis() {
        return ProcessHandle.current().info().totalCpuDuration().map(java.time.Duration::toMillis).orElse(0L);
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    private static void redirect() {
        System.setIn(InputStream.nullInputStream());
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    }

    private static void callMain(Class<?> type) throws Throwable {
        Method found = null;
        for (Method one : type.getDeclaredMethods()) {
            boolean takesArguments = Arrays.equals(one.getParameterTypes(), new Class<?>[] {String[].class});
            if (one.getName().equals("main") && (takesArguments || one.getParameterCount() == 0)
                && (found == null || takesArguments)) found = one;
        }
        if (found == null) throw new NoSuchMethodException("main");
        found.setAccessible(true);
        try {
            if (found.getParameterCount() == 0) found.invoke(null);
            else found.invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException problem) {
            throw problem.getCause();
        }
    }

    private static String status(Throwable thrown) {
        if (thrown == null) return "completed";
        return thrown instanceof OutOfMemoryError ? "crashed" : "failed";
    }

    /** Calls no method of the exception's own class unless it is one of the platform's: it may be the program's. */
    private static String message(Throwable thrown) {
        if (thrown == null) return "";
        String text = thrown.getClass().getName();
        if (thrown.getClass().getClassLoader() == null && thrown.getMessage() != null) text += ": " + thrown.getMessage();
        text = text.substring(0, Math.min(text.length(), MESSAGE_CHARACTERS));
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static long write(OutputStream results, String nonce, String line) throws IOException {
        byte[] bytes = ("\n" + nonce + " " + line + "\n").getBytes(StandardCharsets.UTF_8);
        results.write(bytes);
        return bytes.length;
    }

    /** A program's class loader: it has the program's own classes and the libraries, nothing of this driver. */
    private static final class Classes extends ClassLoader {
        private final Map<String, byte[]> classes;

        Classes(Map<String, byte[]> classes, ClassLoader libraries) {
            super(libraries);
            this.classes = classes;
            setDefaultAssertionStatus(true);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = classes.get(name);
            if (bytes == null) throw new ClassNotFoundException(name);
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    /** What programs share: a program that changes any of it is the last one of this process. */
    private static final class Surroundings {
        private final List<Object> all;

        Surroundings() {
            all = Arrays.asList(
                threads(), (Properties) System.getProperties().clone(), Locale.getDefault(), TimeZone.getDefault(),
                Thread.getDefaultUncaughtExceptionHandler(), files(), ProcessHandle.allProcesses().count());
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Surroundings && all.equals(((Surroundings) other).all);
        }

        @Override
        public int hashCode() {
            return all.hashCode();
        }

        private static Set<Thread> threads() {
            ThreadGroup root = Thread.currentThread().getThreadGroup();
            while (root.getParent() != null) root = root.getParent();
            Thread[] found = new Thread[1024];
            int count = root.enumerate(found, true);
            return new HashSet<>(Arrays.asList(found).subList(0, count));
        }

        private static Map<String, Set<String>> files() {
            Map<String, Set<String>> names = new LinkedHashMap<>();
            for (String folder : FOLDERS) {
                String[] found = new File(folder).list();
                names.put(folder, found == null ? Set.of() : new HashSet<>(Arrays.asList(found)));
            }
            return names;
        }
    }
}
