using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace SynthcodeHarness
{
    /// <summary>Writes the results of one program; the program itself never gets hold of it.</summary>
    public sealed class Harness
    {
        private const int StackBytes = 64 << 20;
        private readonly Stream output;
        private readonly string nonce;

        private Harness(Stream output, string nonce)
        {
            this.output = output;
            this.nonce = nonce;
        }

        /// <summary>Calls a test case and writes what it returns, or that it throws.</summary>
        public void Case(int place, Func<object> call)
        {
            string result;
            try
            {
                result = Results.Write(call());
            }
            catch (Exception problem)
            {
                while (problem.InnerException != null
                    && (problem is TargetInvocationException || problem is AggregateException
                        || problem is TypeInitializationException))
                {
                    problem = problem.InnerException;
                }
                result = "{\"raised\": " + Results.Quoted(problem.GetType().Name) + "}";
            }
            Line(place + " " + result);
        }

        private void Line(string text)
        {
            byte[] line = Encoding.UTF8.GetBytes("\n" + nonce + " " + text + "\n");
            output.Write(line, 0, line.Length);
            output.Flush();
        }

        private static string ReadLine()
        {
            var line = new StringBuilder();
            using (Stream input = Console.OpenStandardInput())
            {
                for (int next = input.ReadByte(); next >= 0 && next != '\n'; next = input.ReadByte())
                {
                    line.Append((char)next);
                }
            }
            return line.ToString();
        }

        /// <summary>Runs a method of an assembly: the arguments are its file, the type and the method.</summary>
        public static int Main(string[] arguments)
        {
            var harness = new Harness(Console.OpenStandardOutput(), ReadLine());
            int status = 1;
            var thread = new Thread(() => status = harness.Run(arguments[0], arguments[1], arguments[2]), StackBytes);
            thread.Start();
            thread.Join();
            if (status == 0)
            {
                harness.Line("end");
            }
            EndNow(status); // Mono's own way out may wait for ever for a thread of its pool
            return status;
        }

        [DllImport("libc", EntryPoint = "_exit")]
        private static extern void EndNow(int status);

        private int Run(string file, string type, string method)
        {
            try
            {
                const BindingFlags any = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;
                MethodInfo found = Assembly.LoadFrom(file).GetType(type, true).GetMethod(method, any);
                ((Action<Harness>)Delegate.CreateDelegate(typeof(Action<Harness>), found))(this);
                return 0;
            }
            catch (Exception problem)
            {
                Console.Error.WriteLine(problem.GetType().FullName + ": " + problem.Message);
                return 1;
            }
        }

        /// <summary>The text of characters.</summary>
        public static object Text(object characters)
        {
            var found = characters as IEnumerable<char>;
            return found == null ? characters : new string(new List<char>(found).ToArray());
        }

        /// <summary>What Debug.Assert is to be in a test.</summary>
        public static void Assert(bool holds, params object[] said)
        {
            if (!holds)
            {
                throw new Exception("Assertion failed: " + string.Join(" ", said));
            }
        }

        /// <summary>Throws if the main of a test returns a failure.</summary>
        public static void Succeeded(int status)
        {
            if (status != 0)
            {
                throw new Exception("its test ends with " + status);
            }
        }

        /// <summary>Throws if the main of a test comes to return a failure.</summary>
        public static void Succeeded(System.Threading.Tasks.Task<int> task)
        {
            Succeeded(task.GetAwaiter().GetResult());
        }

        /// <summary>Waits for the main of a test.</summary>
        public static void Succeeded(System.Threading.Tasks.Task task)
        {
            task.GetAwaiter().GetResult();
        }
    }
}
