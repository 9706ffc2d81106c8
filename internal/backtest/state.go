package backtest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/source/files"
	"github.com/ripostehq/riposte/playbook"
)

// State is how far a backtest came, in a file: lines of JSON that are only ever added. What stands behind the last note of how far it
// came, a line that was cut off too, is written anew. It holds suspects, which are free of secrets.
type State struct {
	From, To time.Time // of the backtest that was begun

	file     *os.File
	w        *bufio.Writer
	err      error             // the first that writing met
	before   map[string]string // by folder, the last file of it that was read when it was opened
	passing  map[string]string // the same of files that were passed since it was noted
	ahead    int               // how many those are
	summary  app.ReplaySummary
	outside  int
	lines    []app.ReplayLine
	problems []app.ReplayProblem
}

// stateLine is one line of the file; one of its parts is set.
type stateLine struct {
	Begun   *begun   `json:"begun,omitempty"`
	Suspect *told    `json:"suspect,omitempty"`
	Problem *problem `json:"problem,omitempty"`
	Reached *reached `json:"reached,omitempty"`
}

type begun struct {
	Of   string    `json:"of"` // what is read, by what configuration
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

type told struct {
	Line app.ReplayLine         `json:"line"`
	At   playbook.StoredSuspect `json:"at"`
	Once string                 `json:"once,omitempty"`
	How  event.Method           `json:"how"`
}

type problem struct {
	Path   string `json:"path"`
	Line   int    `json:"line,omitempty"`
	Offset int64  `json:"offset"`
	Text   string `json:"text"`
}

// reached says that all files of each folder up to one, in the order of their names, were read.
type reached struct {
	Files   map[string]string `json:"files"` // by folder
	Summary app.ReplaySummary `json:"summary"`
	Wanted  int64             `json:"wanted"`            // which a summary does not show
	Outside int               `json:"outside,omitempty"` // suspects that were not counted
}

// every is how many files are read between two notes of how far it came.
const every = 50

// ErrAnother is about a state that is of another backtest.
var ErrAnother = errors.New("is of a backtest of something else, or by another configuration or build: remove it, or name another with --state")

var errNoState = errors.New("is no state of a backtest: name another with --state")

// firstWord begins a state, by which one whose first line was cut off is known.
const firstWord = `{"begun":`

// OpenState goes on with what a file says, or begins one: of says in few words what is read and by what, from and to when.
func OpenState(name, of string, from, to time.Time) (*State, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep how far it came: %w", err)
	}
	s := &State{From: from, To: to, file: f, before: map[string]string{}, passing: map[string]string{}}
	end, err := s.load(of)
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err == nil {
		err = f.Truncate(end)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("state %s: %w", name, err)
	}
	s.w = bufio.NewWriter(f)
	if end == 0 {
		s.write(stateLine{Begun: &begun{of, from, to}})
		s.flush()
	}
	return s, s.err
}

// load reads what is whole, and returns where that ends.
func (s *State) load(of string) (end int64, err error) {
	in := bufio.NewReaderSize(s.file, 1<<16)
	var lines []app.ReplayLine
	var problems []app.ReplayProblem
	for at := int64(0); ; {
		text, err := in.ReadBytes('\n')
		if err == io.EOF && at == 0 && !begins(text) {
			return 0, errNoState
		}
		if err == io.EOF {
			return end, nil // what is cut off is written anew
		}
		if err != nil {
			return 0, err
		}
		var l stateLine
		if err := json.Unmarshal(text, &l); err != nil || at == 0 && l.Begun == nil {
			return 0, errNoState
		}
		at += int64(len(text))
		switch {
		case l.Begun != nil && l.Begun.Of != of:
			return 0, ErrAnother
		case l.Begun != nil:
			s.From, s.To, end = l.Begun.From, l.Begun.To, at
		case l.Suspect != nil:
			line := l.Suspect.Line
			line.Suspect, line.Once, line.Method = l.Suspect.At, l.Suspect.Once, l.Suspect.How
			lines = append(lines, line)
		case l.Problem != nil:
			problems = append(problems, app.ReplayProblem{Path: l.Problem.Path, Line: l.Problem.Line, Offset: l.Problem.Offset, Err: errors.New(l.Problem.Text)})
		case l.Reached != nil:
			maps.Copy(s.before, l.Reached.Files)
			s.summary, end = l.Reached.Summary, at
			s.summary.Wanted, s.outside = l.Reached.Wanted, l.Reached.Outside
			s.lines, s.problems = append(s.lines, lines...), append(s.problems, problems...)
			lines, problems = nil, nil
		}
	}
}

// begins reports whether a text may be what was written of a state's first line before it was cut off.
func begins(text []byte) bool {
	n := min(len(text), len(firstWord))
	return string(text[:n]) == firstWord[:n]
}

// Resumed says how many files were read before.
func (s *State) Resumed() int64 { return s.summary.Files }

// read reports whether a file was read before.
func (s *State) read(f files.File) bool {
	last, ok := s.before[folderOf(f)]
	return ok && f.Path <= last
}

func (s *State) suspect(l app.ReplayLine) {
	s.write(stateLine{Suspect: &told{l, l.Suspect, l.Once, l.Method}})
}

func (s *State) problem(p app.ReplayProblem) {
	s.write(stateLine{Problem: &problem{p.Path, p.Line, p.Offset, p.Err.Error()}})
}

// folderOf is that in which a file comes in the order of its name: what was named itself, beside what lies in the same folder.
func folderOf(f files.File) string {
	if f.Within != "" {
		return f.Within
	}
	return "named in " + path.Dir(f.Path)
}

// passed is told of a file once all that it holds was written, and reports whether that is to be noted.
func (s *State) passed(f files.File) bool {
	s.passing[folderOf(f)] = f.Path
	s.ahead++
	return s.ahead >= every
}

// reached notes how far it came, and what that came to.
func (s *State) reached(sum app.ReplaySummary, outside int) {
	s.write(stateLine{Reached: &reached{s.passing, sum, sum.Wanted, outside}})
	s.flush()
	s.ahead, s.passing = 0, map[string]string{}
}

func (s *State) write(l stateLine) {
	if s.err != nil {
		return
	}
	e := json.NewEncoder(s.w)
	e.SetEscapeHTML(false)
	s.err = e.Encode(l)
}

func (s *State) flush() {
	if err := s.w.Flush(); s.err == nil {
		s.err = err
	}
}

// Close keeps the file for the next start.
func (s *State) Close() error {
	s.flush()
	return errors.Join(s.err, s.file.Close())
}

// Remove ends it: all was read, and told.
func (s *State) Remove() error {
	err := s.file.Close()
	if gone := os.Remove(s.file.Name()); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}
