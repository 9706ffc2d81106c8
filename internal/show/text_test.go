package show

import "testing"

func TestPlain(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a name", "web-1 ünïcode", "web-1 ünïcode"},
		{"an escape sequence", "\x1b[31mred", "\uFFFD[31mred"},
		{"a line of one's own", "x\nriposte: all is well", "x\uFFFDriposte: all is well"},
		{"text turned around", "a\u202Eb", "a\uFFFDb"},
		{"no UTF-8", "a\xffb", "a\uFFFDb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Plain(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"fits", "one two", "one two"},
		{"breaks at a space", "one two three", "one two\nthree"},
		{"never breaks an id", "see i-0123456789abcdef0 there", "see\ni-0123456789abcdef0\nthere"},
		{"keeps breaks", "one\ntwo", "one\ntwo"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Wrap(c.in, 8); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
