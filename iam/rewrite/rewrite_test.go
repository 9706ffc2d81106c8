package rewrite

import (
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/iam"
)

const (
	head = `{"Version":"2012-10-17","Statement":[`
	tail = `]}`
)

func unused(actions ...string) func(string) Use {
	return func(a string) Use {
		if slices.Contains(actions, a) {
			return Unused
		}
		return Unknown
	}
}

func only(kept ...string) func(string) Use {
	return func(a string) Use {
		if slices.Contains(kept, a) {
			return Used
		}
		return Unused
	}
}

func TestStrip(t *testing.T) {
	for _, c := range []struct {
		name, before string
		use          func(string) Use
		want         string // statements; "" is nothing
	}{
		{"nothing is unused: every byte stays", ` {"Effect" : "Allow", "Action":"s3:*","Resource":"*"}`, unused(), ` {"Effect" : "Allow", "Action":"s3:*","Resource":"*"}`},
		{"one name goes", `{"Sid":"A","Effect":"Allow","Action":["s3:GetObject","iam:PassRole"],"Resource":"*"}`, unused("iam:PassRole"), `{"Sid":"A","Effect":"Allow","Action":["s3:GetObject"],"Resource":"*"}`},
		{"a statement comes to nothing, and goes", `{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"},{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}`, unused("iam:PassRole"), `{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}`},
		{"a deny stays, whatever it denies", `{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":false}}},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}`, unused("iam:PassRole"),
			`{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":false}}}`},
		{"nothing is left", `{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}`, unused("iam:PassRole"), ""},
		{"what the catalogue does not know is kept", `{"Effect":"Allow","Action":["iam:PassRole","iam:Tomorrow"],"Resource":"*"}`, unused("iam:PassRole", "iam:Tomorrow"), `{"Effect":"Allow","Action":["iam:Tomorrow"],"Resource":"*"}`},
		{"a wildcard where it matches what is kept alone", `{"Effect":"Allow","Action":"sqs:*","Resource":"*"}`, only("sqs:ListQueues", "sqs:ListQueueTags", "sqs:ListDeadLetterSourceQueues", "sqs:ListMessageMoveTasks", "sqs:SendMessage"), `{"Effect":"Allow","Action":["sqs:L*","sqs:SendMessage"],"Resource":"*"}`},
		{"and an old pattern covers it", `{"Effect":"Allow","Action":"sqs:List*ues","Resource":"*"}`, only("sqs:ListQueues"), `{"Effect":"Allow","Action":["sqs:ListQueues"],"Resource":"*"}`},
		{"an exception becomes a list where something goes", `{"Effect":"Allow","NotAction":["iam:*","sqs:Send*"],"Resource":"*"}`, only("sqs:ListQueues", "sqs:SendMessage", "iam:PassRole"), `{"Effect":"Allow","Action":["sqs:ListQueues"],"Resource":"*"}`},
		{"one statement without a list, in upper case", `{"Effect":"Allow","Action":"SQS:LISTQUEUE*","Resource":"arn:aws:sqs:*:*:${aws:username}<&>"}`, unused("sqs:ListQueueTags"), `{"Effect":"Allow","Action":["sqs:ListQueues"],"Resource":"arn:aws:sqs:*:*:${aws:username}<&>"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := head + c.before + tail
			got, err := Strip(before, AWS(), c.use)
			if err != nil {
				t.Fatal(err)
			}
			want := c.want
			if want != "" {
				want = head + want + tail
			}
			if got.Text != want {
				t.Errorf("got  %s\nwant %s", got.Text, want)
			}
			var after []string
			if got.Text != "" {
				after = append(after, got.Text)
			}
			if _, err := prove([]string{before}, after, AWS(), Evidence{Use: c.use}, 300); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatCannotBeReadIsNotRewritten(t *testing.T) {
	for _, text := range []string{"", "{}", head + `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"BinaryEquals":{"k":"v"}}}` + tail, head + `{"Effect":"Allow","action":"s3:*","Resource":"*"}` + tail} {
		if got, err := Strip(text, AWS(), unused("s3:GetObject")); err == nil {
			t.Errorf("%q became %q", text, got.Text)
		}
	}
}

func TestWhatIsLostIsNamed(t *testing.T) {
	got, err := Strip(head+`{"Effect":"Allow","Action":["s3:*","sqs:*"],"Resource":"*"}`+tail, AWS(), unused("s3:GetObject"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Left, []string{"s3:GetObject"}) || !slices.Equal(got.Wide, []string{"Action s3:*"}) || !slices.Contains(got.Kept, "s3:PutObject") {
		t.Errorf("left %v, wide %v, %d kept", got.Left, got.Wide, len(got.Kept))
	}
}

// AWS's widest policies, of which a share is used, fit into policies that a principal can have.
func TestSplit(t *testing.T) {
	every := AWS().Actions()
	for _, c := range []struct {
		name, text     string
		step, policies int // each step-th action is used
	}{
		{"administrator who uses one action in fifty", `{"Effect":"Allow","Action":"*","Resource":"*"}`, 50, 4},
		{"all but some services, one in five hundred", `{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}`, 500, 1},
	} {
		used := map[string]bool{}
		for i := 0; i < len(every); i += c.step {
			used[every[i]] = true
		}
		use := func(a string) Use {
			if used[a] {
				return Used
			}
			return Unused
		}
		got, err := Strip(head+c.text+tail, AWS(), use)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := Split([]string{got.Text}, 10)
		if err != nil || len(parts) != c.policies {
			t.Errorf("%s: %d policies, %v", c.name, len(parts), err)
		}
		if _, err := prove([]string{head + c.text + tail}, parts, AWS(), Evidence{Use: use}, 300); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, err := Split([]string{got.Text}, c.policies-1); err == nil || !strings.Contains(err.Error(), "there is room for") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSplitKeepsIdsApartAndVersionsTogether(t *testing.T) {
	one := `{"Sid":"A","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`
	parts, err := Split([]string{head + one + tail, head + one + tail, `{"Statement":` + one + `}`}, 10)
	if err != nil || len(parts) != 2 || !strings.Contains(parts[0], `"Sid":"A2"`) || strings.Contains(parts[1], "Version") {
		t.Errorf("%v\n%s", err, parts)
	}
	long := head + `{"Effect":"Allow","NotAction":"s3:*","Resource":"arn:aws:s3:::` + strings.Repeat("x", Limit) + `"}` + tail
	if _, err := Split([]string{long}, 10); err == nil || !strings.Contains(err.Error(), "can't be cut") {
		t.Error(err)
	}
}

// What the proof is for: each of these replacements is wrong, and is refused by name.
func TestAWrongReplacementIsNotProved(t *testing.T) {
	const before = head + `{"Effect":"Allow","Action":["s3:Get*","sqs:SendMessage"],"Resource":"arn:aws:s3:::b/*"},{"Effect":"Deny","Action":"s3:GetBucketAcl","Resource":"*"}` + tail
	use := unused("sqs:SendMessage")
	made := iam.Request{Action: "sqs:SendMessage", Resource: "arn:aws:s3:::b/k"}
	for _, c := range []struct {
		name, after, want string
		calls             []iam.Request
	}{
		{"the deny is gone", `{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}`, "statements that deny", nil},
		{"a wider pattern", `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"},{"Effect":"Deny","Action":"s3:GetBucketAcl","Resource":"*"}`, "allows what none did", nil},
		{"a wider resource", `{"Effect":"Allow","Action":"s3:Get*","Resource":"*"},{"Effect":"Deny","Action":"s3:GetBucketAcl","Resource":"*"}`, "allows what none did", nil},
		{"an exception", `{"Effect":"Allow","NotAction":"iam:*","Resource":"arn:aws:s3:::b/*"},{"Effect":"Deny","Action":"s3:GetBucketAcl","Resource":"*"}`, "allows what none did", nil},
		{"an unknown action is lost", `{"Effect":"Allow","Action":"s3:GetObject*","Resource":"arn:aws:s3:::b/*"},{"Effect":"Deny","Action":"s3:GetBucketAcl","Resource":"*"}`, "would be lost", nil},
		{"a call is cut off", `{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"},{"Effect":"Deny","Action":"s3:GetBucketAcl","Resource":"*"}`, "a call that was made would be cut off: sqs:SendMessage", []iam.Request{made}},
		{"it can't be read", `{"Effect":"Allow"}`, "the replacement", nil},
	} {
		_, err := Prove([]string{before}, []string{head + c.after + tail}, AWS(), Evidence{Use: use, Calls: c.calls})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	right := head + `{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"},{"Effect":"Deny","Action":"s3:GetBucketAcl","Resource":"*"}` + tail
	p, err := Prove([]string{before}, []string{right}, AWS(), Evidence{Use: use})
	q, _ := Prove([]string{before}, []string{right}, AWS(), Evidence{Use: use})
	if err != nil || !slices.Equal(p.Left, []string{"sqs:SendMessage"}) || p.Digest() != q.Digest() {
		t.Errorf("%+v, %v", p, err)
	}
}

// Evidence may name an action that the catalogue does not have: it is kept by name.
func TestAUsedActionThatIsNotInTheCatalogueIsKept(t *testing.T) {
	of := AWS().With([]string{"s3:Tomorrow"})
	got, err := Strip(head+`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`+tail, of, only("s3:Tomorrow"))
	if err != nil || !strings.Contains(got.Text, `"Action":["s3:Tomorrow"]`) {
		t.Errorf("%s, %v", got.Text, err)
	}
}
