import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A compiled program, and what of it is run: a class with a main method, or an entry point with cases. */
final class Program {
    final String main;
    final String entryPoint;
    final byte[] cases;
    final Map<String, byte[]> classes = new LinkedHashMap<>();

    private Program(String main, String entryPoint, byte[] cases) {
        this.main = main;
        this.entryPoint = entryPoint;
        this.cases = cases;
    }

    /** Reads a program: main class, entry point, cases, how many classes, and of each its name and its bytes. */
    static Program read(DataInputStream input) throws IOException {
        Program program = new Program(text(input), text(input), bytes(input));
        int count = input.readInt();
        for (int i = 0; i < count; i++) {
            String name = text(input);
            program.classes.put(name, bytes(input));
        }
        return program;
    }

    static byte[] bytes(DataInputStream input) throws IOException {
        return input.readNBytes(input.readInt());
    }

    static String text(DataInputStream input) throws IOException {
        return new String(bytes(input), StandardCharsets.UTF_8);
    }
}
