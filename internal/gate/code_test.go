package gate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
)

// What code makes is mended in the code. What contains waits for no pipeline, and where it is not known, nothing is mended.
func TestWhatCodeMakesIsMendedThere(t *testing.T) {
	dns := code.Owner{Tool: code.Terraform, Address: "aws_route53_record.www", Where: "s3://states/dns.tfstate"}
	made := code.Answer{Owners: []code.Owner{dns}}
	twice := code.Answer{Owners: []code.Owner{dns, {Tool: code.Terraform, Address: "aws_route53_record.old", Where: "s3://states/old.tfstate"}}}
	dark := code.Answer{Unknown: []string{"state s3://states/dns.tfstate can't be read: it is encrypted"}}
	for story, c := range map[string]struct {
		mode  gate.Decision
		class action.Class
		says  config.InCode
		code  code.Answer
		more  func(*gate.Facts)
		want  gate.Decision
		rule  string
		text  string
		paged bool
	}{
		"no code makes it":                    {gate.Act, action.Mend, "", code.Answer{}, nil, gate.Act, "mode", "", false},
		"a block makes it":                    {gate.Act, action.Mend, config.CodeAlone, made, nil, gate.Hold, "code", "Terraform makes it, as aws_route53_record.www in s3://states/dns.tfstate", false},
		"it would be destroyed":               {gate.Act, action.Destroy, config.CodeAlone, made, nil, gate.Hold, "code", "the change belongs there", false},
		"where nothing is said":               {gate.Act, action.Mend, "", made, nil, gate.Hold, "code", "", false},
		"two blocks make it":                  {gate.Act, action.Mend, config.CodeAlone, twice, nil, gate.Hold, "code", "2 pieces of code", false},
		"the state can't be read":             {gate.Act, action.Mend, config.CodeAlone, dark, nil, gate.Hold, "code", "not known: state s3://states/dns.tfstate", false},
		"not even where a person asks for it": {gate.Ask, action.Mend, config.CodeAlone, dark, approved, gate.Hold, "code", "", false},
		"a person's yes is no change in code": {gate.Ask, action.Destroy, config.CodeAlone, made, approved, gate.Hold, "code", "", false},
		"one state says so, another is dark":  {gate.Act, action.Mend, config.CodeAlone, code.Answer{Owners: made.Owners, Unknown: dark.Unknown}, nil, gate.Hold, "code", "aws_route53_record.www", false},
		"containment waits for no pipeline":   {gate.Act, action.Contain, config.CodeAlone, made, nil, gate.Act, "mode", "", false},
		"nor for a state":                     {gate.Act, action.Contain, config.CodeAlone, dark, nil, gate.Act, "mode", "", false},
		"a tag changes nothing":               {gate.Act, action.Mark, config.CodeAlone, made, nil, gate.Act, "mode", "", false},
		"what is watched is watched":          {gate.Observe, action.Mend, config.CodeAlone, made, nil, gate.Observe, "mode", "", false},
		"both: at once as well":               {gate.Act, action.Mend, config.CodeAndAPI, made, nil, gate.Act, "mode", "", false},
		"both, and a person is asked":         {gate.Ask, action.Mend, config.CodeAndAPI, made, nil, gate.Ask, "mode", "", false},
		"both, whoever made it":               {gate.Act, action.Mend, config.CodeAndAPI, dark, nil, gate.Act, "mode", "", false},
		"both, and it came back":              {gate.Act, action.Mend, config.CodeAndAPI, made, undone, gate.Hold, "code", "it came back: Terraform", true},
		"it came back, and no code makes it":  {gate.Act, action.Mend, config.CodeAndAPI, code.Answer{}, undone, gate.Act, "mode", "", false},
		"ignored":                             {gate.Act, action.Destroy, config.CodeIgnored, twice, nil, gate.Act, "mode", "", false},
		"an exception goes first":             {gate.Act, action.Mend, config.CodeAlone, made, excepted(noon.Add(time.Hour)), gate.Except, "exception", "", false},
		"so does a brake":                     {gate.Act, action.Mend, config.CodeAlone, made, brakes("all"), gate.Hold, "brake", "", false},
	} {
		p := policy(c.mode)
		if p.Code = nil; c.says != "" {
			p.Code = func(string) config.InCode { return c.says }
		}
		v := gate.Judge(p, facts(func(f *gate.Facts) {
			f.Class, f.Code = c.class, c.code
			if c.more != nil {
				c.more(f)
			}
		}))
		if v.Do != c.want || v.Rule != c.rule || !strings.Contains(v.Text, c.text) || (v.Page != "") != c.paged {
			t.Errorf("%s: %s, %s, paged %q", story, v.Do, v.Reason(), v.Page)
		}
	}
}

func approved(f *gate.Facts) { f.Approved = true }

func undone(f *gate.Facts) { f.Undone = true }

// A name in a state is its writer's: it stays one line.
func TestNamesOfCodeAreText(t *testing.T) {
	o := code.Owner{Tool: code.Terraform, Address: "aws_eip.x[\"a\nApproved\u202eby\"]", Where: "s3://a/b"}
	if s := o.String(); strings.ContainsAny(s, "\n\u202e") {
		t.Errorf("%q", s)
	}
}
