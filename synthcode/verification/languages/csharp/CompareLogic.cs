using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;

// What MBXP's tests use of the package CompareNETObjects: a deep comparison of two values.
namespace KellermanSoftware.CompareNetObjects
{
    public class ComparisonConfig
    {
        public int MaxDifferences { get; set; }
        public bool IgnoreCollectionOrder { get; set; }
        public bool IgnoreObjectTypes { get; set; }
        public double DoublePrecision { get; set; }
    }

    public class ComparisonResult
    {
        public bool AreEqual { get; internal set; }
        public string DifferencesString { get; internal set; }
    }

    public class CompareLogic
    {
        private const int Levels = 100;

        public ComparisonConfig Config { get; set; }

        public CompareLogic() : this(new ComparisonConfig())
        {
        }

        public CompareLogic(ComparisonConfig config)
        {
            Config = config;
        }

        public ComparisonResult Compare(object expected, object actual)
        {
            bool equal = Equal(expected, actual, 0);
            return new ComparisonResult
            {
                AreEqual = equal,
                DifferencesString = equal ? "" : "Types [" + expected + "], Item Expected [" + actual + "]",
            };
        }

        private bool Equal(object one, object other, int level)
        {
            if (ReferenceEquals(one, other))
            {
                return true;
            }
            if (one == null || other == null || level > Levels)
            {
                return false;
            }
            if (one.GetType() != other.GetType() && !Config.IgnoreObjectTypes)
            {
                return false;
            }
            if (one is double && other is double)
            {
                double difference = Math.Abs((double)one - (double)other);
                return one.Equals(other) || difference <= Config.DoublePrecision;
            }
            if (one is string || one.GetType().IsPrimitive || one is IComparable && !(one is IEnumerable) && !IsTuple(one))
            {
                return one.Equals(other);
            }
            if (one is IDictionary && other is IDictionary)
            {
                return EqualMappings((IDictionary)one, (IDictionary)other, level);
            }
            if (one is IEnumerable && other is IEnumerable)
            {
                bool anyOrder = Config.IgnoreCollectionOrder || IsSet(one);
                return EqualItems(Listed((IEnumerable)one), Listed((IEnumerable)other), anyOrder, level);
            }
            return EqualMembers(one, other, level);
        }

        private static bool IsTuple(object value)
        {
            string name = value.GetType().FullName;
            return name.StartsWith("System.Tuple`") || name.StartsWith("System.ValueTuple`");
        }

        private static bool IsSet(object value)
        {
            return Array.Exists(
                value.GetType().GetInterfaces(),
                one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(ISet<>));
        }

        private static List<object> Listed(IEnumerable items)
        {
            var listed = new List<object>();
            foreach (object item in items)
            {
                listed.Add(item);
            }
            return listed;
        }

        private bool EqualMappings(IDictionary one, IDictionary other, int level)
        {
            var left = new List<DictionaryEntry>();
            foreach (DictionaryEntry entry in other)
            {
                left.Add(entry);
            }
            if (one.Count != left.Count)
            {
                return false;
            }
            foreach (DictionaryEntry entry in one)
            {
                int place = left.FindIndex(
                    found => Equal(entry.Key, found.Key, level + 1) && Equal(entry.Value, found.Value, level + 1));
                if (place < 0)
                {
                    return false;
                }
                left.RemoveAt(place);
            }
            return true;
        }

        private bool EqualItems(List<object> one, List<object> other, bool anyOrder, int level)
        {
            if (one.Count != other.Count)
            {
                return false;
            }
            for (int place = 0; place < one.Count; place++)
            {
                int found = anyOrder ? other.FindIndex(item => Equal(one[place], item, level + 1)) : 0;
                if (found < 0 || (!anyOrder && !Equal(one[place], other[place], level + 1)))
                {
                    return false;
                }
                if (anyOrder)
                {
                    other.RemoveAt(found);
                    one.RemoveAt(place--);
                }
            }
            return true;
        }

        private bool EqualMembers(object one, object other, int level)
        {
            if (one.GetType() != other.GetType())
            {
                return false;
            }
            const BindingFlags visible = BindingFlags.Instance | BindingFlags.Public;
            foreach (FieldInfo field in one.GetType().GetFields(visible))
            {
                if (!Equal(field.GetValue(one), field.GetValue(other), level + 1))
                {
                    return false;
                }
            }
            foreach (PropertyInfo property in one.GetType().GetProperties(visible))
            {
                if (property.CanRead && property.GetIndexParameters().Length == 0
                    && !Equal(property.GetValue(one, null), property.GetValue(other, null), level + 1))
                {
                    return false;
                }
            }
            return true;
        }
    }
}
