// Prints facts of the Go types behind the API that OpenAPI leaves out, for each of their fields. One JSON object:
// definition name -> field -> Fact.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strconv"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

type Fact struct {
	// Zero is what the JSON encoder does with a value that is not there.
	//
	//	omit     a zero or empty value is left out, whether it was given or not
	//	keep     always written: a value that was not given is written as zero, null or {}
	//	pointer  what was given is written, zero or not; null is the same as not given
	Zero string `json:"zero"`
	// Proto has the number of the field in protobuf. A struct that is inlined in JSON is a message of its own in
	// protobuf: before the field's own number come those of the messages that it is in. Empty: does not travel.
	Proto []int `json:"proto,omitempty"`
}

type facts map[string]map[string]Fact

var marshaler = reflect.TypeFor[json.Marshaler]()

func main() {
	all := facts{}
	types := []reflect.Type{}
	for _, known := range scheme.Scheme.AllKnownTypes() {
		types = append(types, known)
	}
	types = append(types,
		reflect.TypeOf(apiextensions.CustomResourceDefinition{}),
		reflect.TypeOf(apiregistration.APIService{}))
	for _, known := range types {
		all.walk(known)
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		panic(err)
	}
}

// walk adds a type and all that its fields are made of.
func (all facts) walk(t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		all.walk(t.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	// Quantities, times and the like write themselves.
	if t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler) {
		return
	}
	name := definitionName(t)
	if _, seen := all[name]; seen {
		return
	}
	all[name] = map[string]Fact{}
	for at := range t.NumField() {
		all.addField(t.Field(at), all[name], []int{}, true)
	}
}

// addField adds a field to its struct, or the fields of an inlined struct. `within` are the numbers of the messages
// that the field is in.
func (all facts) addField(field reflect.StructField, own map[string]Fact, within []int, travels bool) {
	tag := field.Tag.Get("json")
	name, options, _ := strings.Cut(tag, ",")
	if tag == "-" || !field.IsExported() {
		return
	}
	var proto []int
	if number := protoNumber(field); travels && number > 0 {
		proto = append(append(proto, within...), number)
	}
	if name == "" && (field.Anonymous || strings.Contains(options, "inline")) {
		for at := range field.Type.NumField() {
			all.addField(field.Type.Field(at), own, proto, proto != nil)
		}
		return
	}
	own[name] = Fact{Zero: behaviour(field.Type, options), Proto: proto}
	all.walk(field.Type)
}

// protoNumber reads a tag such as `protobuf:"bytes,1,opt,name=metadata"`. Zero: there is none.
func protoNumber(field reflect.StructField) int {
	parts := strings.Split(field.Tag.Get("protobuf"), ",")
	if len(parts) < 2 {
		return 0
	}
	number, err := strconv.Atoi(parts[1])
	if err != nil {
		panic(err)
	}
	return number
}

func behaviour(t reflect.Type, options string) string {
	omitEmpty := strings.Contains(options, "omitempty")
	omitZero := strings.Contains(options, "omitzero")
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface:
		if omitEmpty || omitZero {
			return "pointer"
		}
		return "keep"
	case reflect.Struct:
		// omitempty does nothing for a struct.
		if omitZero {
			return "omit"
		}
		return "keep"
	}
	if omitEmpty || omitZero {
		return "omit"
	}
	return "keep"
}

// definitionName is the name of the OpenAPI definition: k8s.io/api/apps/v1 -> io.k8s.api.apps.v1.
func definitionName(t reflect.Type) string {
	host, rest, _ := strings.Cut(t.PkgPath(), "/")
	parts := strings.Split(host, ".")
	for from, to := 0, len(parts)-1; from < to; from, to = from+1, to-1 {
		parts[from], parts[to] = parts[to], parts[from]
	}
	return strings.Join(parts, ".") + "." + strings.ReplaceAll(rest, "/", ".") + "." + t.Name()
}
