// Prints, for each field of each Go type behind the API, what its encoder does with a value that is not there: a
// fact that OpenAPI leaves out. One JSON object: definition name -> field -> "omit" | "keep" | "pointer".
//
//	omit     a zero or empty value is left out, whether it was given or not
//	keep     always written: a value that was not given is written as zero, null or {}
//	pointer  what was given is written, zero or not; null is the same as not given
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

var marshaler = reflect.TypeFor[json.Marshaler]()

func main() {
	fields := map[string]map[string]string{}
	types := []reflect.Type{}
	for _, known := range scheme.Scheme.AllKnownTypes() {
		types = append(types, known)
	}
	types = append(types,
		reflect.TypeOf(apiextensions.CustomResourceDefinition{}),
		reflect.TypeOf(apiregistration.APIService{}))
	for _, known := range types {
		walk(known, fields)
	}
	if err := json.NewEncoder(os.Stdout).Encode(fields); err != nil {
		panic(err)
	}
}

// walk adds a type and all that its fields are made of.
func walk(t reflect.Type, fields map[string]map[string]string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		walk(t.Elem(), fields)
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
	if _, seen := fields[name]; seen {
		return
	}
	fields[name] = map[string]string{}
	for at := range t.NumField() {
		addField(t.Field(at), fields[name], fields)
	}
}

func addField(field reflect.StructField, own map[string]string, fields map[string]map[string]string) {
	tag := field.Tag.Get("json")
	name, options, _ := strings.Cut(tag, ",")
	if tag == "-" || !field.IsExported() {
		return
	}
	if name == "" && (field.Anonymous || strings.Contains(options, "inline")) {
		for at := range field.Type.NumField() {
			addField(field.Type.Field(at), own, fields)
		}
		return
	}
	own[name] = behaviour(field.Type, options)
	walk(field.Type, fields)
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
