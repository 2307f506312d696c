// Package assert has the assertions of github.com/stretchr/testify/assert that tests of published benchmarks use, with
// the same meaning. It is compiled under that path: tests need no module from the network.
package assert

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"
)

// TestingT is what *testing.T is to an assertion.
type TestingT interface {
	Errorf(format string, arguments ...interface{})
}

// Assertions belong to one test.
type Assertions struct{ t TestingT }

func New(t TestingT) *Assertions { return &Assertions{t} }

func check(t TestingT, holds bool, format string, values ...interface{}) bool {
	if !holds {
		t.Errorf("Error: "+format, values...)
	}
	return holds
}

func equal(expected, actual interface{}) bool {
	one, isBytes := expected.([]byte)
	other, areBytes := actual.([]byte)
	if isBytes && areBytes && one != nil && other != nil {
		return bytes.Equal(one, other)
	}
	return reflect.DeepEqual(expected, actual)
}

func equalValues(expected, actual interface{}) bool {
	if equal(expected, actual) {
		return true
	}
	one, other := reflect.ValueOf(expected), reflect.ValueOf(actual)
	return one.IsValid() && other.IsValid() && one.Type().ConvertibleTo(other.Type()) &&
		reflect.DeepEqual(one.Convert(other.Type()).Interface(), actual)
}

func isNil(value interface{}) bool {
	if value == nil {
		return true
	}
	switch held := reflect.ValueOf(value); held.Kind() {
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Ptr, reflect.Slice:
		return held.IsNil()
	}
	return false
}

func isEmpty(value interface{}) bool {
	if value == nil {
		return true
	}
	switch held := reflect.ValueOf(value); held.Kind() {
	case reflect.Chan, reflect.Map, reflect.Slice:
		return held.Len() == 0
	case reflect.Ptr:
		return held.IsNil() || isEmpty(held.Elem().Interface())
	default:
		return held.IsZero()
	}
}

func items(list interface{}) []interface{} {
	found := []interface{}{}
	if held := reflect.ValueOf(list); held.Kind() == reflect.Slice || held.Kind() == reflect.Array {
		for i := 0; i < held.Len(); i++ {
			found = append(found, held.Index(i).Interface())
		}
	}
	return found
}

func contains(container, element interface{}) bool {
	switch held := reflect.ValueOf(container); held.Kind() {
	case reflect.String:
		return strings.Contains(held.String(), fmt.Sprint(element))
	case reflect.Map:
		for _, key := range held.MapKeys() {
			if equal(key.Interface(), element) {
				return true
			}
		}
	}
	for _, item := range items(container) {
		if equal(item, element) {
			return true
		}
	}
	return false
}

func sameItems(one, other interface{}) bool {
	left, right := items(one), items(other)
	for _, item := range left {
		place := 0
		for place < len(right) && !equal(item, right[place]) {
			place++
		}
		if place == len(right) {
			return false
		}
		right = append(right[:place], right[place+1:]...)
	}
	return len(right) == 0
}

func number(value interface{}) float64 {
	switch held := reflect.ValueOf(value); held.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return float64(held.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return float64(held.Uint())
	case reflect.Float32, reflect.Float64:
		return held.Float()
	}
	return math.NaN()
}

func within(expected, actual interface{}, delta float64) bool {
	one, other := number(expected), number(actual)
	return math.IsNaN(one) && math.IsNaN(other) || math.Abs(one-other) <= delta
}

func (a *Assertions) Equal(expected, actual interface{}, _ ...interface{}) bool {
	return check(a.t, equal(expected, actual), "not equal: expected %#v, actual %#v", expected, actual)
}

func (a *Assertions) NotEqual(expected, actual interface{}, _ ...interface{}) bool {
	return check(a.t, !equal(expected, actual), "should not be: %#v", actual)
}

func (a *Assertions) EqualValues(expected, actual interface{}, _ ...interface{}) bool {
	return check(a.t, equalValues(expected, actual), "not equal: expected %#v, actual %#v", expected, actual)
}

func (a *Assertions) ElementsMatch(expected, actual interface{}, _ ...interface{}) bool {
	return check(a.t, sameItems(expected, actual), "elements differ: expected %#v, actual %#v", expected, actual)
}

func (a *Assertions) True(value bool, _ ...interface{}) bool {
	return check(a.t, value, "should be true")
}

func (a *Assertions) False(value bool, _ ...interface{}) bool {
	return check(a.t, !value, "should be false")
}

func (a *Assertions) Nil(value interface{}, _ ...interface{}) bool {
	return check(a.t, isNil(value), "expected nil, actual %#v", value)
}

func (a *Assertions) NotNil(value interface{}, _ ...interface{}) bool {
	return check(a.t, !isNil(value), "should not be nil")
}

func (a *Assertions) NoError(err error, _ ...interface{}) bool {
	return check(a.t, err == nil, "unexpected error: %v", err)
}

func (a *Assertions) Error(err error, _ ...interface{}) bool {
	return check(a.t, err != nil, "an error is expected")
}

func (a *Assertions) Empty(value interface{}, _ ...interface{}) bool {
	return check(a.t, isEmpty(value), "should be empty: %#v", value)
}

func (a *Assertions) NotEmpty(value interface{}, _ ...interface{}) bool {
	return check(a.t, !isEmpty(value), "should not be empty")
}

func (a *Assertions) Len(value interface{}, length int, _ ...interface{}) bool {
	return check(a.t, reflect.ValueOf(value).Len() == length, "should have %d items: %#v", length, value)
}

func (a *Assertions) Contains(container, element interface{}, _ ...interface{}) bool {
	return check(a.t, contains(container, element), "%#v does not contain %#v", container, element)
}

func (a *Assertions) InDelta(expected, actual interface{}, delta float64, _ ...interface{}) bool {
	return check(a.t, within(expected, actual, delta), "expected %v, actual %v, more than %v apart", expected, actual, delta)
}

func (a *Assertions) InEpsilon(expected, actual interface{}, epsilon float64, _ ...interface{}) bool {
	delta := epsilon * math.Abs(number(expected))
	return check(a.t, within(expected, actual, delta), "expected %v, actual %v, more than %v apart", expected, actual, delta)
}

func Equal(t TestingT, expected, actual interface{}, _ ...interface{}) bool {
	return New(t).Equal(expected, actual)
}

func NotEqual(t TestingT, expected, actual interface{}, _ ...interface{}) bool {
	return New(t).NotEqual(expected, actual)
}

func EqualValues(t TestingT, expected, actual interface{}, _ ...interface{}) bool {
	return New(t).EqualValues(expected, actual)
}

func ElementsMatch(t TestingT, expected, actual interface{}, _ ...interface{}) bool {
	return New(t).ElementsMatch(expected, actual)
}

func True(t TestingT, value bool, _ ...interface{}) bool              { return New(t).True(value) }
func False(t TestingT, value bool, _ ...interface{}) bool             { return New(t).False(value) }
func Nil(t TestingT, value interface{}, _ ...interface{}) bool        { return New(t).Nil(value) }
func NotNil(t TestingT, value interface{}, _ ...interface{}) bool     { return New(t).NotNil(value) }
func NoError(t TestingT, err error, _ ...interface{}) bool            { return New(t).NoError(err) }
func Error(t TestingT, err error, _ ...interface{}) bool              { return New(t).Error(err) }
func Empty(t TestingT, value interface{}, _ ...interface{}) bool      { return New(t).Empty(value) }
func NotEmpty(t TestingT, value interface{}, _ ...interface{}) bool   { return New(t).NotEmpty(value) }
func Len(t TestingT, value interface{}, n int, _ ...interface{}) bool { return New(t).Len(value, n) }

func Contains(t TestingT, container, element interface{}, _ ...interface{}) bool {
	return New(t).Contains(container, element)
}

func InDelta(t TestingT, expected, actual interface{}, delta float64, _ ...interface{}) bool {
	return New(t).InDelta(expected, actual, delta)
}

func InEpsilon(t TestingT, expected, actual interface{}, epsilon float64, _ ...interface{}) bool {
	return New(t).InEpsilon(expected, actual, epsilon)
}
