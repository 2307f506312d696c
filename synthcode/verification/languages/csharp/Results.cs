using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Numerics;
using System.Reflection;
using System.Text;

namespace SynthcodeHarness
{
    /// <summary>Values as canonical JSON.</summary>
    internal static class Results
    {
        private const int Levels = 50;
        private const int MostCharacters = 1 << 20;

        internal static string Write(object value)
        {
            var text = new StringBuilder();
            Write(text, value, 0);
            return text.ToString();
        }

        private static void Write(StringBuilder text, object value, int level)
        {
            if (level > Levels || text.Length > MostCharacters)
            {
                throw new InvalidOperationException("the result is too large");
            }
            if (value == null)
            {
                text.Append("null");
            }
            else if (value is bool)
            {
                text.Append((bool)value ? "true" : "false");
            }
            else if (value is string || value is char)
            {
                text.Append(Quoted(value.ToString()));
            }
            else if (value is double || value is float)
            {
                Float(text, value is float ? (float)value : (double)value, (IFormattable)value);
            }
            else if (value is decimal)
            {
                string number = ((decimal)value).ToString(CultureInfo.InvariantCulture);
                text.Append(number.Contains(".") ? number : number + ".0");
            }
            else if (value is BigInteger || (value.GetType().IsPrimitive && !(value is IntPtr) && !(value is UIntPtr)))
            {
                text.Append(((IFormattable)value).ToString("D", CultureInfo.InvariantCulture));
            }
            else
            {
                Other(text, value, level);
            }
        }

        private static void Float(StringBuilder text, double number, IFormattable value)
        {
            if (double.IsNaN(number) || double.IsInfinity(number))
            {
                string name = double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
                text.Append("{\"float\": \"" + name + "\"}");
                return;
            }
            string written = value.ToString("R", CultureInfo.InvariantCulture);
            text.Append(written.IndexOfAny(new[] { '.', 'E' }) < 0 ? written + ".0" : written);
        }

        private static void Other(StringBuilder text, object value, int level)
        {
            Type type = value.GetType();
            string name = type.IsGenericType ? type.GetGenericTypeDefinition().FullName : type.FullName;
            if (name.StartsWith("System.Threading.Tasks.Task") || name.StartsWith("System.Threading.Tasks.ValueTask"))
            {
                PropertyInfo result = type.GetProperty("Result");
                Write(text, result == null ? null : result.GetValue(value, null), level + 1);
            }
            else if (name.StartsWith("System.Tuple`") || name.StartsWith("System.ValueTuple`"))
            {
                Items(text, TupleItems(value, type), "{\"tuple\": [", "]}", level);
            }
            else if (name == "System.Collections.Generic.KeyValuePair`2")
            {
                object[] pair = { type.GetProperty("Key").GetValue(value, null), type.GetProperty("Value").GetValue(value, null) };
                Items(text, pair, "{\"tuple\": [", "]}", level);
            }
            else if (IsMapping(type))
            {
                Pairs(text, (IEnumerable)value, level);
            }
            else if (Implements(type, typeof(ILookup<,>)))
            {
                Groups(text, (IEnumerable)value, level);
            }
            else if (Implements(type, typeof(ISet<>)))
            {
                Items(text, (IEnumerable)value, "{\"set\": [", "]}", level);
            }
            else if (value is Array && ((Array)value).Rank > 1)
            {
                Rows(text, (Array)value, new int[0], level);
            }
            else if (value is IEnumerable)
            {
                Items(text, (IEnumerable)value, "[", "]", level);
            }
            else
            {
                Fields(text, value, type, level);
            }
        }

        /// <summary>Writes an object of the program's own by its fields, in the order of their declarations.</summary>
        private static void Fields(StringBuilder text, object value, Type type, int level)
        {
            FieldInfo[] fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
            bool isOwn = type.Namespace == null || !type.Namespace.StartsWith("System") && !type.Namespace.StartsWith("Mono");
            if (!isOwn || type.IsEnum || value is Delegate || value is Exception || fields.Length == 0)
            {
                text.Append("{\"other\": " + Quoted(type.Name) + "}");
                return;
            }
            Array.Sort(fields, (one, other) => one.MetadataToken.CompareTo(other.MetadataToken));
            string separator = "{\"record\": [[";
            foreach (FieldInfo field in fields)
            {
                int end = field.Name.IndexOf('>'); // of a property: <Name>k__BackingField
                text.Append(separator + Quoted(end > 0 ? field.Name.Substring(1, end - 1) : field.Name) + ", ");
                Write(text, field.GetValue(value), level + 1);
                separator = "], [";
            }
            text.Append("]]}");
        }

        private static bool IsMapping(Type type)
        {
            return typeof(IDictionary).IsAssignableFrom(type) || Implements(type, typeof(IDictionary<,>));
        }

        private static bool Implements(Type type, Type generic)
        {
            return Array.Exists(type.GetInterfaces(), one => one.IsGenericType && one.GetGenericTypeDefinition() == generic);
        }

        private static List<object> TupleItems(object value, Type type)
        {
            var items = new List<object>();
            for (int place = 1; place <= 7; place++)
            {
                PropertyInfo property = type.GetProperty("Item" + place);
                FieldInfo field = type.GetField("Item" + place);
                if (property == null && field == null)
                {
                    return items;
                }
                items.Add(property != null ? property.GetValue(value, null) : field.GetValue(value));
            }
            object rest = type.GetProperty("Rest") != null
                ? type.GetProperty("Rest").GetValue(value, null)
                : type.GetField("Rest") != null ? type.GetField("Rest").GetValue(value) : null;
            if (rest != null)
            {
                items.AddRange(TupleItems(rest, rest.GetType()));
            }
            return items;
        }

        private static void Items(StringBuilder text, IEnumerable items, string opening, string closing, int level)
        {
            string separator = opening;
            foreach (object item in items)
            {
                text.Append(separator);
                Write(text, item, level + 1);
                separator = ", ";
            }
            text.Append(separator == opening ? opening + closing : closing);
        }

        private static void Pairs(StringBuilder text, IEnumerable pairs, int level)
        {
            var written = new List<object[]>();
            foreach (object pair in pairs)
            {
                if (pair is DictionaryEntry)
                {
                    written.Add(new[] { ((DictionaryEntry)pair).Key, ((DictionaryEntry)pair).Value });
                    continue;
                }
                Type type = pair.GetType();
                written.Add(new[] { type.GetProperty("Key").GetValue(pair, null), type.GetProperty("Value").GetValue(pair, null) });
            }
            Items(text, written, "{\"map\": [", "]}", level + 1);
        }

        private static void Groups(StringBuilder text, IEnumerable groups, int level)
        {
            var written = new List<object[]>();
            foreach (object group in groups)
            {
                Type grouping = Array.Find(
                    group.GetType().GetInterfaces(),
                    one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IGrouping<,>));
                written.Add(new[] { grouping.GetProperty("Key").GetValue(group, null), group });
            }
            Items(text, written, "{\"map\": [", "]}", level + 1);
        }

        private static void Rows(StringBuilder text, Array array, int[] place, int level)
        {
            if (place.Length == array.Rank)
            {
                Write(text, array.GetValue(place), level + 1);
                return;
            }
            text.Append("[");
            for (int at = array.GetLowerBound(place.Length); at <= array.GetUpperBound(place.Length); at++)
            {
                text.Append(at > array.GetLowerBound(place.Length) ? ", " : "");
                var next = new int[place.Length + 1];
                place.CopyTo(next, 0);
                next[place.Length] = at;
                Rows(text, array, next, level + 1);
            }
            text.Append("]");
        }

        internal static string Quoted(string text)
        {
            var quoted = new StringBuilder("\"");
            foreach (char one in text)
            {
                if (one >= ' ' && one < 127 && one != '"' && one != '\\')
                {
                    quoted.Append(one);
                }
                else
                {
                    quoted.Append("\\u" + ((int)one).ToString("x4"));
                }
            }
            return quoted.Append("\"").ToString();
        }
    }
}
