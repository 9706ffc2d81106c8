package rewrite

import (
	"fmt"
	"strconv"

	"github.com/ripostehq/riposte/iam"
)

// Limit is the number of characters that a managed policy may have, without white space.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const Limit = 6144

// Split puts the statements of documents into as few managed policies as have room for them, in order. A statement that is too long is cut
// along its actions. It refuses, with the numbers, what does not fit into the places there are.
func Split(texts []string, places int) ([]string, error) {
	var out []document
	for _, text := range texts {
		d, err := read(text)
		if err != nil {
			return nil, err
		}
		for _, s := range d.Statement {
			if out, err = place(out, d.Version, s); err != nil {
				return nil, err
			}
		}
	}
	if len(out) > places {
		return nil, fmt.Errorf("the replacement takes %d policies of %d characters, and there is room for %d", len(out), Limit, places)
	}
	documents := make([]string, len(out))
	for i, d := range out {
		text, err := d.text()
		if err != nil {
			return nil, err
		}
		documents[i] = text
	}
	return documents, nil
}

// place puts a statement where there is room for it.
func place(out []document, version string, s statement) ([]document, error) {
	alone := document{Version: version, Statement: statements{s}}
	if alone.size() > Limit {
		return cut(out, version, s)
	}
	for i := range out {
		with := out[i]
		with.Statement = append(with.Statement[:len(with.Statement):len(with.Statement)], with.free(s))
		if with.Version == version && with.size() <= Limit {
			out[i] = with
			return out, nil
		}
	}
	return append(out, alone), nil
}

// cut places the halves of a statement, each of some of its actions. An exception can't be cut: each half would allow what the other excepts.
func cut(out []document, version string, s statement) ([]document, error) {
	half := len(s.Action) / 2
	if half == 0 {
		return nil, fmt.Errorf("a statement (Sid %q) is longer than the %d characters of a managed policy, and can't be cut", s.Sid, Limit)
	}
	s.raw = nil
	first, second := s, s
	first.Action, second.Action = s.Action[:half], s.Action[half:]
	out, err := place(out, version, first)
	if err != nil {
		return nil, err
	}
	return place(out, version, second)
}

// free gives a statement an id that no other of the document has.
func (d document) free(s statement) statement {
	taken := map[string]bool{"": true}
	for _, t := range d.Statement {
		taken[t.Sid] = true
	}
	sid := s.Sid
	for n := 2; sid != "" && taken[s.Sid]; n++ {
		s.Sid, s.raw = sid+strconv.Itoa(n), nil
	}
	return s
}

func (d document) size() int { return iam.Size(encode(d)) }
