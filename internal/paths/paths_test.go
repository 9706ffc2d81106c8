package paths

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/iam/reach"
)

const all = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// organisation has an administrator, a user with a hostile name that may take its key, and a caller outside the organisation.
func organisation(t *testing.T, name string) *reach.Graph {
	t.Helper()
	o := reach.Organisation{Accounts: []reach.Account{{ID: "111122223333", Listed: map[string]bool{}}}}
	trust := o.Text(reach.Text{Name: "trust", Trust: true, JSON: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole"}]}`})
	o.Principals = []reach.Principal{
		{ARN: "arn:aws:iam::111122223333:user/boss", Kind: reach.User, Texts: []int{o.Text(reach.Text{Name: "all", JSON: all})}, Boundary: reach.None, Trust: reach.None},
		{ARN: "arn:aws:iam::111122223333:role/" + name, Kind: reach.Role, Boundary: reach.None, Trust: trust,
			Texts: []int{o.Text(reach.Text{Name: name, JSON: strings.Replace(all, `"*"`, `"iam:CreateAccessKey"`, 1)})}},
	}
	g, err := reach.Build(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func ask(t *testing.T, g *reach.Graph, q Query) Report {
	t.Helper()
	r, err := Ask(g, q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAsk(t *testing.T) {
	g := organisation(t, "deploy")
	deploy := "arn:aws:iam::111122223333:role/deploy"
	r := ask(t, g, Query{From: Everybody, To: Administrator, Hops: 10, Cut: true})
	if len(r.Ways) != 1 || r.Ways[0].Certainty != sure || r.Ways[0].From != deploy || len(r.Cut) != 1 || r.Summary.ReachSure != 1 || r.Summary.Administrators != 1 {
		t.Errorf("%+v", r)
	}
	if s := r.Ways[0].Steps[0]; len(s.Requests) != 1 || s.Requests[0].Decision != "allowed" || len(s.Statements) != 1 {
		t.Errorf("%+v", s)
	}
	r = ask(t, g, Query{From: Outside, To: Administrator, Hops: 10})
	if len(r.Ways) != 1 || r.Ways[0].From != "arn:aws:iam::444455556666:root" || r.Ways[0].Hops != 2 {
		t.Errorf("from outside: %+v", r.Ways)
	}
	if r = ask(t, g, Query{From: Everybody, To: deploy, Hops: 10}); len(r.Ways) != 1 || strings.Contains(Text(r), "administrator") {
		t.Errorf("to the role: %+v", r.Ways)
	}
	if r = ask(t, g, Query{From: Everybody, To: Administrator, Hops: 10, Account: "444455556666"}); len(r.Ways) != 0 || Text(r) != "" || Cut(r) != "" {
		t.Errorf("of another account: %+v", r.Ways)
	}
	if _, err := Ask(g, Query{From: "arn:aws:iam::111122223333:user/nobody", To: Administrator}); err == nil {
		t.Error("somebody who is not there is no error")
	}
}

// A name, which any caller may have chosen, is text, never markup nor a terminal's orders.
func TestHostileNames(t *testing.T) {
	g := organisation(t, "a\x1b[2J\"]<script>alert(1)</script>\u202e")
	r := ask(t, g, Query{From: Everybody, To: Administrator, Hops: 10, Cut: true})
	for what, text := range map[string]string{"text": Text(r), "why": Why(r.Ways[0]), "cut": Cut(r), "dot": DOT(r), "svg": SVG(r)} {
		if text == "" || strings.ContainsAny(text, "\x1b\u202e") {
			t.Errorf("%s: %q", what, text)
		}
	}
	if strings.Contains(SVG(r), "<script") {
		t.Error("markup came through")
	}
	d := xml.NewDecoder(strings.NewReader(SVG(r)))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := json.Marshal(r.Ways); err != nil {
		t.Error(err)
	}
}

func TestThePageHasEveryTechnique(t *testing.T) {
	page := Page()
	for _, x := range reach.Table() {
		if !strings.Contains(page, "| `"+x.ID+"` |") {
			t.Errorf("%s is missing", x.ID)
		}
	}
}
