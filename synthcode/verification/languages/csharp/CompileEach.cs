using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

/// <summary>
/// Compiles each source from standard input by itself, with the compiler of this Mono. Nothing of them is run.
///
/// Arguments: seconds of processor for each source, whether to write the assemblies ("assemblies" or "verdicts"), and
/// the compiler's options. Input: for each source, four bytes with its length, and the source. Output: for each, in
/// order and as soon as it is known, a line: 0 and the assembly in Base64, 1 and the compiler's messages (it is
/// refused), or 3 and the messages of a compiler that failed itself. At a source that takes too long, this process ends:
/// with a line 3 for it among assemblies, without a line among verdicts.
/// </summary>
internal static class CompileEach
{
    private const int StackBytes = 64 << 20;
    private const int TooLong = 152;
    private const int NoCompiler = 127;
    private const string Internal = "CS0584";
    private static readonly Encoding Utf8 = new UTF8Encoding(false);

    private static int Main(string[] arguments)
    {
        Func<string[], TextWriter, bool> compiler;
        try
        {
            string folder = Path.GetDirectoryName(typeof(object).Assembly.Location);
            MethodInfo method = Assembly.LoadFrom(Path.Combine(folder, "mcs.exe"))
                .GetType("Mono.CSharp.CompilerCallableEntryPoint", true)
                .GetMethod("InvokeCompiler");
            compiler = (Func<string[], TextWriter, bool>)Delegate.CreateDelegate(
                typeof(Func<string[], TextWriter, bool>), method);
        }
        catch (Exception problem)
        {
            Console.Error.WriteLine("no compiler: " + problem.Message);
            return NoCompiler;
        }
        Stream verdicts = Console.OpenStandardOutput();
        Console.SetOut(TextWriter.Null);
        var options = new List<string>(arguments).GetRange(2, arguments.Length - 2);
        double most = int.Parse(arguments[0]) * 1000.0;
        int number = 0;
        bool isWanted = arguments[1] == "assemblies";
        foreach (byte[] source in Sources())
        {
            string verdict = null;
            int place = number++;
            var thread = new Thread(() => verdict = Verdict(compiler, options, source, place, isWanted), StackBytes);
            double started = Milliseconds();
            thread.Start();
            while (!thread.Join(50))
            {
                if (Milliseconds() - started > most)
                {
                    if (isWanted)
                    {
                        WriteLine(verdicts, "3 ");
                    }
                    EndNow(TooLong); // Mono's own way out may wait for ever for a thread
                }
            }
            WriteLine(verdicts, verdict);
        }
        return 0;
    }

    [DllImport("libc", EntryPoint = "_exit")]
    private static extern void EndNow(int status);

    private static void WriteLine(Stream verdicts, string text)
    {
        byte[] line = Encoding.ASCII.GetBytes(text + "\n");
        verdicts.Write(line, 0, line.Length);
        verdicts.Flush();
    }

    private static double Milliseconds()
    {
        return Process.GetCurrentProcess().TotalProcessorTime.TotalMilliseconds;
    }

    private static IEnumerable<byte[]> Sources()
    {
        using (var input = new BinaryReader(new BufferedStream(Console.OpenStandardInput())))
        {
            for (byte[] length = input.ReadBytes(4); length.Length == 4; length = input.ReadBytes(4))
            {
                yield return input.ReadBytes(length[0] << 24 | length[1] << 16 | length[2] << 8 | length[3]);
            }
        }
    }

    private static string Verdict(
        Func<string[], TextWriter, bool> compiler, List<string> options, byte[] source, int place, bool isWanted)
    {
        string file = "source" + place + ".cs", assembly = "assembly" + place + ".dll";
        var messages = new StringWriter();
        try
        {
            File.WriteAllBytes(file, source);
            var all = new List<string>(options) { "-target:library", "-out:" + assembly, file };
            if (!compiler(all.ToArray(), messages))
            {
                string said = messages.ToString();
                return (said.Contains(Internal) ? "3 " : "1 ") + Encoded(said);
            }
            return "0 " + (isWanted ? Convert.ToBase64String(File.ReadAllBytes(assembly)) : Encoded(messages.ToString()));
        }
        catch (Exception problem)
        {
            return "3 " + Encoded(problem.GetType().Name + ": " + problem.Message);
        }
        finally
        {
            File.Delete(file);
            File.Delete(assembly);
        }
    }

    private static string Encoded(string text)
    {
        return Convert.ToBase64String(Utf8.GetBytes(text));
    }
}
