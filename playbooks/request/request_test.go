package request_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbooks/request"
)

// of reads the parameters of a call of DoThing.
func of(parameters string) request.Value {
	return request.Of(event.Event{Name: "DoThing", Request: json.RawMessage(parameters)})
}

func TestTextIsReadInEverySpellingOfCloudTrail(t *testing.T) {
	for parameters, want := range map[string]string{
		`{"it":"x"}`: "x", `{"it":7}`: "7", `{"it":false}`: "false", `{"it":12345678901234567890}`: "12345678901234567890",
		`{"it":{"value":"x"}}`: "x", `{"it":{"value":false}}`: "false", `{"it":{"tag":1,"content":2}}`: "2",
		`{"DoThingRequest":{"it":"x"}}`: "x",
		// What is no such thing reads as nothing.
		`{"it":{"value":{"value":"x"}}}`: "", `{"it":["x"]}`: "", `{"it":null}`: "", `{"It":"x"}`: "", `{}`: "", `[]`: "", `null`: "", ``: "", `{"it":"x"`: "",
		`{"OtherRequest":{"it":"x"}}`: "", `{"DoThingRequest":[]}`: "", `{"it":` + strings.Repeat(`{"value":`, 999) + `1` + strings.Repeat(`}`, 1000): "",
	} {
		if got := of(parameters).At("it").Text(); got != want {
			t.Errorf("%.100s: %q, want %q", parameters, got, want)
		}
	}
}

func TestScalarLooksIntoNothing(t *testing.T) {
	if got := of(`{"it":{"value":"x"}}`).At("it").Scalar(); got != "" {
		t.Errorf("%q", got)
	}
}

func TestListsAreReadInEverySpellingOfCloudTrail(t *testing.T) {
	for parameters, want := range map[string]string{
		`{"all":[{"id":"a"},{"id":"b"}]}`: "a b ", `{"all":{"items":[{"id":"a"}]}}`: "a ", `{"all":{"item":[{"id":"a"}]}}`: "a ",
		`{"all":{}}`: "", `{"all":"a"}`: "", `{"all":{"items":{"items":[{"id":"a"}]}}}`: "", `{}`: "", `{"all":[1,null,{"id":"a"}]}`: "  a ",
	} {
		got := ""
		for _, one := range of(parameters).At("all").Items() {
			got += one.At("id").Scalar() + " "
		}
		if got != want {
			t.Errorf("%s: %q, want %q", parameters, got, want)
		}
	}
	if got := of(`{"all":[{"id":"a"},{"id":"b"}]}`).At("all").First("id") + of(`{"all":[]}`).At("all").First("id"); got != "a" {
		t.Errorf("the first: %q", got)
	}
}

func TestANameIsFoundByEitherSpelling(t *testing.T) {
	for parameters, want := range map[string]string{
		`{"it":"small"}`: "small", `{"It":"large"}`: "large", `{"It":"large","it":"small"}`: "small", `{"IT":"x"}`: "",
	} {
		if got := of(parameters).Named("it").Text(); got != want {
			t.Errorf("%s: %q, want %q", parameters, got, want)
		}
	}
}

func TestATagIsFoundInAListAndInAnObject(t *testing.T) {
	for parameters, want := range map[string]string{
		`{"tags":{"items":[{"key":"a","value":"1"},{"key":"b","value":"2"}]}}`: "2", `{"tags":{"b":"2"}}`: "2", `{"tags":[{"key":"B","value":"2"}]}`: "",
		`{"tags":[{"key":"b","value":"1"},{"key":"b","value":"2"}]}`: "1", `{"tags":[{"key":"b"}]}`: "",
	} {
		if got := of(parameters).At("tags").Tag("b"); got != want {
			t.Errorf("%s: %q, want %q", parameters, got, want)
		}
	}
}

func TestNullIsThereAndSaysNothing(t *testing.T) {
	v := of(`{"it":null}`)
	if !v.Has("it") || v.Has("other") || !v.At("it").IsNull() || v.IsNull() {
		t.Errorf("%+v", v)
	}
}

func TestTheAnswerIsReadAlike(t *testing.T) {
	e := event.Event{Name: "DoThing", Response: json.RawMessage(`{"DoThingResponse":{"it":"x"}}`)}
	if got := request.Answer(e).At("it").Text(); got != "x" {
		t.Errorf("%q", got)
	}
}

// FuzzOf: no parameters end the reader, and none are read as longer than they are.
func FuzzOf(f *testing.F) {
	for _, seed := range []string{
		`{"it":{"value":false}}`, `{"DoThingRequest":{"It":{"tag":1,"content":"x"}}}`, `{"it":{"items":[{"key":"it","value":7}]}}`, `{"it":1,"it":[]}`, `[`, `"\ud800"`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, parameters string) {
		v := of(parameters)
		it := v.Named("it")
		read := fmt.Sprint(v.Has("it"), it.Text(), it.Scalar(), it.First("it"), it.Tag("it"))
		for _, one := range it.Items() {
			read += one.Text()
		}
		if limit := 8*len(parameters) + 64; len(read) > limit {
			t.Errorf("%d bytes were read of %d", len(read), len(parameters))
		}
	})
}
