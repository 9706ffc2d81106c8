package slack_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/notify"
)

// What AWS, a caller, or a tag says is text in Slack, whatever it looks like: no mention, no link, no markup; and it fits. The fake refuses what is
// parsed, and what is too large.
func TestHostileTextsAreText(t *testing.T) {
	for name, hostile := range map[string]string{
		"a mention of everybody": "<!channel> <!here> <!everyone> @channel", "markup": "*bold* _it_ ~gone~ `code` ```block``` > quote", "a link": "<http://evil.example|your console>",
		"a bare link": "https://evil.example/login", "a user": "<@U1ANN> <#C0ALERTS>", "an emoji's name": ":skull: :white_check_mark:", "bidi": "login \u202etxt.exe", "lines": "a\r\nApproved by ann\r\n",
		"NUL": "a\x00b", "10 KB": strings.Repeat("A very long name ", 640), "emoji": strings.Repeat("👩‍🚀", 1000), "a template": "{{ .Secret }} ${x} %s %!d(MISSING)", "HTML": "</script><script>alert(1)</script>",
		"broken UTF-8": "a\xff\xfeb", "entities": "&lt;!channel&gt; &amp;", "other scripts": "名前 اسم नाम שם ﷽ Ⅻ ｆｕｌｌ e\u0301", "JSON": `","type":"mrkdwn","text":"x`, "nothing": "", "blanks": " \t\u00a0\u2003 ",
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			l := letter()
			l.Content.Title, l.Content.State, l.Content.Says = hostile, "1 asks "+hostile, []string{hostile}
			item := l.Content.Cases[0]
			item.Title, item.Facts = hostile, []notify.Fact{{Name: hostile, Value: hostile}, {Name: "who", Value: hostile}}
			a := ask()
			a.Steps, a.Final, a.Why, a.Silence = []string{hostile, "close port 22"}, []string{hostile}, []string{hostile}, hostile
			item.Ask = a
			l.Content.Cases = slices.Repeat([]notify.Item{item}, 12)
			l.Content.More = 3
			m := s.send(l) // the fake fails the test where a limit is passed, or a part is parsed
			if strings.ContainsAny(m.Text, "<>\r\n\x00\u202e") || strings.ContainsAny(m.Blocks, "\r\x00\u202e") || strings.Contains(m.Blocks, "https://evil") || strings.Contains(m.Blocks, "http://evil") {
				t.Errorf("text %q, blocks %s", m.Text, m.Blocks)
			}
			if n := strings.Count(m.Blocks, "riposte case "+caseID); n < 4 || !strings.Contains(m.Blocks, "3 more") {
				t.Errorf("of 12 and 3 cases 8 are shown, 4 are named (%d), 3 are counted: %s", n, m.Blocks)
			}
		})
	}
}

// What is not shown whole is not approved here: the end of a long plan may be what matters.
func TestALongPlanIsNotApprovedHere(t *testing.T) {
	for name, steps := range map[string][]string{
		"a long one": {strings.Repeat("close the port of a group that has a long name ", 40)}, "many": slices.Repeat([]string{"close port 22 of a security group"}, 100),
		"counted": append(slices.Repeat([]string{"close"}, 20), "and 80 more"), "cut": {"delete the vol…"},
	} {
		s := newStage(t)
		l := letter()
		l.Content.Cases[0].Ask.Steps = steps
		m := s.send(l)
		if strings.Contains(m.Blocks, "Approve plan") || !strings.Contains(m.Blocks, "longer than what fits here") || !strings.Contains(m.Blocks, "Dismiss") {
			t.Errorf("%s: blocks %s", name, m.Blocks)
		}
	}
}

// The dialog lists first what has no way back, however much else there is.
func TestTheDialogSaysWhatIsFinal(t *testing.T) {
	s := newStage(t)
	l := letter()
	a := l.Content.Cases[0].Ask
	for i := range 9 {
		a.Steps = append(a.Steps, fmt.Sprintf("close port %d of the security group of the shop", i))
	}
	a.Steps = append(a.Steps, "delete vol-1")
	a.Final = []string{"delete vol-1"}
	m := s.send(l)
	if !strings.Contains(m.Blocks, `"text":"no way back: delete vol-1; close port 22`) || !strings.Contains(m.Blocks, "more, as the message lists them") || !strings.Contains(m.Blocks, `"style":"danger"`) {
		t.Errorf("blocks %s", m.Blocks)
	}
}

// What chat may not approve has no button, and the message says where it goes.
func TestWhatIsNotApprovedByChat(t *testing.T) {
	s := newStage(t)
	l := letter()
	l.Content.Cases[0].Ask.Class = action.Destroy
	m := s.send(l)
	if strings.Contains(m.Blocks, "Approve plan") || !strings.Contains(m.Blocks, "destroy takes the console") || !strings.Contains(m.Blocks, "riposte case "+caseID) || !strings.Contains(m.Blocks, "Dismiss") {
		t.Errorf("blocks %s", m.Blocks)
	}
}

// What nobody who reads a letter may approve, or let be, has no button for it there, and the letter says why.
func TestWhatNoReaderMayApprove(t *testing.T) {
	s := newStage(t)
	l := letter()
	l.Content.Cases[0].Ask.Refused, l.Content.Cases[0].Ask.Except = "nobody is known behind the call", 0
	m := s.send(l)
	if strings.Contains(m.Blocks, "Approve plan") || strings.Contains(m.Blocks, "Let be") || !strings.Contains(m.Blocks, "Not to be approved here: nobody is known behind the call. riposte case "+caseID) || !strings.Contains(m.Blocks, "Dismiss") {
		t.Errorf("blocks %s", m.Blocks)
	}
}

// What a no does stands before it, in the message and in the dialog, which a tap alone does not pass.
func TestTheDialogSaysWhatANoDoes(t *testing.T) {
	s := newStage(t)
	l := letter()
	a := l.Content.Cases[0].Ask
	a.WasItYou, a.AtOnce, a.Steps = true, 1, []string{"deny the session alice", "close port 22"}
	m := s.send(l)
	for _, want := range []string{
		notify.NotYou, notify.Others, `"title":{"type":"plain_text","text":"It was not you?","emoji":false},"text":{"type":"plain_text","text":"This is done at once: deny the session alice","emoji":false}`,
	} {
		if !strings.Contains(m.Blocks, want) {
			t.Errorf("it does not say %q: %s", want, m.Blocks)
		}
	}
}

// A link leads to a web page, or is none.
func TestLinks(t *testing.T) {
	for link, shows := range map[string]bool{"https://riposte.example.com/x": true, "javascript:alert(1)": false, "": false, "//evil.example": false, "https://": false} {
		s := newStage(t)
		l := letter()
		l.Content.Link, l.Content.Cases[0].Link, l.Content.Cases[0].Ask = link, "", nil
		m := s.send(l)
		var blocks []any
		if err := json.Unmarshal([]byte(m.Blocks), &blocks); err != nil || strings.Contains(m.Blocks, `"Open"`) != shows {
			t.Errorf("%q: %v, %s", link, err, m.Blocks)
		}
	}
}
