package rewrite

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/iam"
)

// The properties rewrite policies of few services, so that statements often speak of the same actions.
var (
	places = []string{"*", "arn:aws:s3:::b/*", "arn:aws:iam::111122223333:role/app-*"}
	asked  = []string{"arn:aws:s3:::b/k", "arn:aws:iam::111122223333:role/app-1", "arn:aws:sqs:eu-west-1:111122223333:q"}
)

func small() Catalogue {
	var some []string
	for _, a := range AWS().Actions() {
		if service, _, _ := strings.Cut(a, ":"); slices.Contains([]string{"s3", "sqs", "iam", "sts"}, service) {
			some = append(some, a)
		}
	}
	return Catalogue{}.With(some)
}

// drawPattern is an action pattern in one of the ways in which people write them, and some unlikely ones.
func drawPattern(t *rapid.T, of Catalogue) string {
	a := rapid.SampledFrom(of.actions).Draw(t, "action")
	service, name, _ := strings.Cut(a, ":")
	at := rapid.IntRange(1, len(name)-1).Draw(t, "at")
	switch rapid.IntRange(0, 9).Draw(t, "spelling") {
	case 0:
		return service + ":*"
	case 1, 2:
		return service + ":" + name[:at] + "*"
	case 3:
		return strings.ToUpper(service) + ":" + strings.ToLower(name)
	case 4:
		return service + ":*" + name[at:]
	case 5:
		return service + ":" + name[:at] + "?" + name[at+1:]
	case 6:
		return service + ":" + name[:1] + "*" + name[at:]
	case 7:
		return strings.ToUpper(service + ":" + name[:at] + "*")
	case 8:
		return rapid.SampledFrom([]string{"*", "*:*", service + ":Tomorrow", "s*:Get*"}).Draw(t, "odd")
	}
	return a
}

func drawDocument(t *rapid.T, of Catalogue) string {
	var out []string
	for range rapid.IntRange(1, 4).Draw(t, "statements") {
		effect := rapid.SampledFrom([]string{"Allow", "Allow", "Allow", "Deny"}).Draw(t, "effect")
		element := rapid.SampledFrom([]string{"Action", "Action", "Action", "NotAction"}).Draw(t, "element")
		condition := rapid.SampledFrom([]string{"", "", `,"Condition":{"StringEquals":{"aws:RequestedRegion":["eu-west-1"]}}`}).Draw(t, "condition")
		var patterns []string
		for range rapid.IntRange(1, 4).Draw(t, "patterns") {
			patterns = append(patterns, `"`+drawPattern(t, of)+`"`)
		}
		where := rapid.SampledFrom(places).Draw(t, "resource")
		out = append(out, fmt.Sprintf(`{"Effect":%q,%q:[%s],"Resource":%q%s}`, effect, element, strings.Join(patterns, ","), where, condition))
	}
	version := rapid.SampledFrom([]string{`"Version":"2012-10-17",`, ""}).Draw(t, "version")
	return "{" + version + `"Statement":[` + strings.Join(out, ",") + "]}"
}

// drawUse knows of some actions that they are unused, of few or of most.
func drawUse(t *rapid.T) func(string) Use {
	share, salt := rapid.IntRange(0, 100).Draw(t, "share unused"), rapid.IntRange(1, 1000).Draw(t, "salt")
	return func(action string) Use {
		h := uint32(salt)
		for _, b := range []byte(strings.ToLower(action)) {
			h = h*16777619 ^ uint32(b)
		}
		switch {
		case int(h>>8%100) < share:
			return Unused
		case h&1 == 0:
			return Used
		}
		return Unknown
	}
}

// A replacement loses nothing that is used or unknown, keeps nothing that is unused, and grants nothing new, today or tomorrow; and the
// proof says so.
func TestAReplacementLosesNothingUsedAndGrantsNothingNew(t *testing.T) {
	of := small()
	rapid.Check(t, func(t *rapid.T) {
		text, use := drawDocument(t, of), drawUse(t)
		out, err := Strip(text, of, use)
		if err != nil {
			t.Fatal(err)
		}
		parts := split(t, out.Text)
		if _, err := prove([]string{text}, parts, of, Evidence{Use: use}, 100); err != nil {
			t.Fatalf("%v\n%s\n%s", err, text, parts)
		}
		was, is := policies(t, text), policies(t, parts...)
		for _, a := range append(of.Actions(), "s3:GetTomorrow", "iam:PutTomorrow", "sqs:X", "ec2:RunInstances", "iam:Tomorrow") {
			r := iam.Request{Action: a, Resource: rapid.SampledFrom(asked).Draw(t, "resource")}
			r.Context.Set("aws:RequestedRegion", rapid.SampledFrom([]string{"eu-west-1", "us-east-1"}).Draw(t, "region"))
			before, after := iam.Evaluate(r, was).Effect == iam.Allowed, iam.Evaluate(r, is).Effect == iam.Allowed
			switch {
			case after && !before:
				t.Fatalf("new: %s on %s\n%s\n%s", a, r.Resource, text, parts)
			case of.Has(a) && use(a) != Unused && before && !after:
				t.Fatalf("lost: %s, %s\n%s\n%s", a, use(a), text, parts)
			case of.Has(a) && use(a) == Unused && after:
				t.Fatalf("kept, though unused: %s\n%s\n%s", a, text, parts)
			}
		}
	})
}

func split(t *rapid.T, text string) []string {
	if text == "" {
		return nil
	}
	parts, err := Split([]string{text}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if n := iam.Size(p); n > Limit {
			t.Fatalf("%d characters", n)
		}
	}
	return parts
}

func policies(t *rapid.T, texts ...string) (out iam.Policies) {
	for _, text := range texts {
		p, err := iam.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		out.Identity = append(out.Identity, p)
	}
	return out
}

// A pattern that contains another matches all that it matches, and patterns that both match an action meet.
func TestPatterns(t *testing.T) {
	of := small()
	rapid.Check(t, func(t *rapid.T) {
		p, q := drawPattern(t, of), drawPattern(t, of)
		for _, a := range append(of.Actions(), "s3:GetTomorrow", "sts:x") {
			if contains(p, q) && matches(q, a) && !matches(p, a) {
				t.Fatalf("%q is said to contain %q, and does not match %s", p, q, a)
			}
			if matches(p, a) && matches(q, a) && !meet(p, q) {
				t.Fatalf("%q and %q are said not to meet, and both match %s", p, q, a)
			}
			if meet(p, a) != matches(p, a) {
				t.Fatalf("%q and %s: a name is a pattern that matches itself", p, a)
			}
		}
	})
}
