// Package harness calls a translation and writes its results as canonical JSON. It is compiled under an import path that
// no translation can know, and it reads its secret before package main, which holds the translation, is initialised.
package harness

import (
	"math"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
)

const (
	deepest    = 50
	stackBytes = 128 << 20 // a quarter of a second of endless recursion; Go's own limit takes several
)

// How a result is written that the type of Go leaves open.
const (
	Plain    = 0
	Chars    = 1 // runes and bytes are characters
	Text     = 2 // slices of runes and bytes are strings
	Set      = 4 // the keys of a map are a set
	HasError = 8
	HasOk    = 16
	OkRaises = 32
)

var secret, output = start()

func start() (string, int) {
	line := make([]byte, 0, 64)
	for one := make([]byte, 1); ; {
		count, err := syscall.Read(0, one)
		if err == syscall.EINTR {
			continue
		}
		if count != 1 || one[0] == '\n' {
			break
		}
		line = append(line, one[0])
	}
	debug.SetMaxStack(stackBytes)
	output, err := syscall.Dup(1)
	if err != nil {
		output = 1
	}
	return string(line), output
}

func emit(text string) {
	for data := []byte("\n" + secret + " " + text + "\n"); len(data) > 0; {
		count, err := syscall.Write(output, data)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return
		}
		data = data[count:]
	}
}

// End says that the tests came to their end.
func End() {
	emit("end")
	syscall.Exit(0)
}

// Fail says that they failed.
func Fail() { syscall.Exit(1) }

// All returns the results of a call, however many there are.
func All(results ...interface{}) []interface{} { return results }

// To returns a pointer to a value.
func To[T any](value T) *T { return &value }

// Inf and NaN are what no literal stands for.
func Inf(sign int) float64 { return math.Inf(sign) }
func NaN() float64         { return math.NaN() }

// Case calls the translation once and writes what it returns.
func Case(place int, mode int, call func() []interface{}) {
	emit(strconv.Itoa(place) + " " + outcome(mode, call))
}

func outcome(mode int, call func() []interface{}) (text string) {
	defer func() {
		if problem := recover(); problem != nil {
			text = `{"raised": ` + quoted(kind(problem)) + "}"
		}
	}()
	results := call()
	last := len(results) - 1
	if mode&HasError != 0 {
		if err := results[last]; err != nil {
			return `{"raised": ` + quoted(kind(err)) + "}"
		}
		results = results[:last]
	}
	if mode&HasOk != 0 {
		if !reflect.ValueOf(results[last]).Bool() {
			if mode&OkRaises != 0 {
				return `{"raised": "false"}`
			}
			return "null"
		}
		results = results[:last]
	}
	form := former{mode: mode}
	switch len(results) {
	case 0:
		return "null"
	case 1:
		form.value(reflect.ValueOf(results[0]), 0)
	default:
		form.list(`{"tuple": [`, len(results), func(i int) { form.value(reflect.ValueOf(results[i]), 1) }, "]}")
	}
	return string(form.text)
}

func kind(problem interface{}) string {
	if _, isOfRuntime := problem.(runtime.Error); isOfRuntime {
		return "runtime.Error"
	}
	return reflect.TypeOf(problem).String()
}

type former struct {
	mode int
	text []byte
}

func (form *former) write(text string) { form.text = append(form.text, text...) }

func (form *former) list(start string, length int, item func(int), end string) {
	form.write(start)
	for i := 0; i < length; i++ {
		if i > 0 {
			form.write(", ")
		}
		item(i)
	}
	form.write(end)
}

func (form *former) other(name string) { form.write(`{"other": ` + quoted(name) + "}") }

func (form *former) value(value reflect.Value, depth int) {
	if !value.IsValid() {
		form.write("null")
		return
	}
	if depth > deepest {
		form.other("a value nested too deeply")
		return
	}
	switch value.Kind() {
	case reflect.Bool:
		form.write(strconv.FormatBool(value.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if form.mode&Chars != 0 && value.Kind() == reflect.Int32 {
			form.write(quoted(string(rune(value.Int()))))
		} else {
			form.write(strconv.FormatInt(value.Int(), 10))
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if form.mode&Chars != 0 && value.Kind() == reflect.Uint8 {
			form.write(quoted(string(rune(value.Uint()))))
		} else {
			form.write(strconv.FormatUint(value.Uint(), 10))
		}
	case reflect.Float32:
		form.float(value.Float(), 32)
	case reflect.Float64:
		form.float(value.Float(), 64)
	case reflect.String:
		form.write(quoted(value.String()))
	case reflect.Slice, reflect.Array:
		form.sequence(value, depth)
	case reflect.Map:
		form.mapping(value, depth)
	case reflect.Interface, reflect.Ptr:
		form.pointed(value, depth)
	case reflect.Struct:
		form.fields(value, depth)
	default:
		form.other(value.Type().String())
	}
}

func (form *former) float(value float64, bits int) {
	switch {
	case math.IsNaN(value):
		form.write(`{"float": "nan"}`)
	case math.IsInf(value, 1):
		form.write(`{"float": "inf"}`)
	case math.IsInf(value, -1):
		form.write(`{"float": "-inf"}`)
	default:
		form.write(strconv.FormatFloat(value, 'e', -1, bits))
	}
}

func (form *former) sequence(value reflect.Value, depth int) {
	item := value.Type().Elem().Kind()
	if form.mode&Text != 0 && (item == reflect.Int32 || item == reflect.Uint8) {
		text := make([]byte, 0, value.Len())
		for i := 0; i < value.Len(); i++ {
			if item == reflect.Int32 {
				text = append(text, string(rune(value.Index(i).Int()))...)
			} else {
				text = append(text, byte(value.Index(i).Uint()))
			}
		}
		form.write(quoted(string(text)))
		return
	}
	form.list("[", value.Len(), func(i int) { form.value(value.Index(i), depth+1) }, "]")
}

func (form *former) mapping(value reflect.Value, depth int) {
	keys := value.MapKeys()
	item := value.Type().Elem()
	if isSet := item.Kind() == reflect.Struct && item.NumField() == 0; isSet || form.mode&Set != 0 {
		members := keys[:0]
		for _, key := range keys {
			if isSet || item.Kind() != reflect.Bool || value.MapIndex(key).Bool() {
				members = append(members, key)
			}
		}
		form.list(`{"set": [`, len(members), func(i int) { form.value(members[i], depth+1) }, "]}")
		return
	}
	form.list(`{"map": [`, len(keys), func(i int) {
		form.write("[")
		form.value(keys[i], depth+1)
		form.write(", ")
		form.value(value.MapIndex(keys[i]), depth+1)
		form.write("]")
	}, "]}")
}

func (form *former) pointed(value reflect.Value, depth int) {
	if value.IsNil() {
		form.write("null")
		return
	}
	if value.Type().String() == "*big.Int" && value.CanInterface() {
		form.write(value.Interface().(interface{ String() string }).String())
		return
	}
	form.value(value.Elem(), depth+1)
}

// fields writes a structure of the program's own.
func (form *former) fields(value reflect.Value, depth int) {
	kind := value.Type()
	if kind.PkgPath() != "main" && kind.PkgPath() != "" {
		form.other(kind.String())
		return
	}
	form.list(`{"record": [`, value.NumField(), func(i int) {
		form.write("[" + quoted(kind.Field(i).Name) + ", ")
		form.value(value.Field(i), depth+1)
		form.write("]")
	}, "]}")
}

func quoted(text string) string {
	const digits = "0123456789abcdef"
	form := []byte{'"'}
	for _, one := range text {
		switch {
		case one == '"' || one == '\\':
			form = append(form, '\\', byte(one))
		case one < ' ' || one == 0x7f || one == 0x85 || one == 0x2028 || one == 0x2029:
			form = append(form, '\\', 'u', digits[one>>12&15], digits[one>>8&15], digits[one>>4&15], digits[one&15])
		default:
			form = append(form, string(one)...)
		}
	}
	return string(append(form, '"'))
}
