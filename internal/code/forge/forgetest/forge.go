// Package forgetest is a forge in memory: GitHub's and GitLab's interfaces over one repository, as far as riposte speaks them. It counts requests and fails
// when it is told to.
package forgetest

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha1" // #nosec G505 -- by which git names a blob
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Token is what the forge accepts.
const Token = "ghp_SECRETSECRETSECRETSECRETSECRETSECRET"

// Forge is one repository, acme/dns, on a server.
type Forge struct {
	URL string

	mu        sync.Mutex
	commits   map[string]commit
	trees     map[string]map[string]string
	branches  map[string]string // to commits
	Proposals []*Proposal
	requests  []string
	fail      func(n int, r *http.Request) Failure
}

type commit struct{ parent, tree, message string }

// Proposal is a pull or merge request.
type Proposal struct {
	Branch, Onto, Title, Body, State string // open, closed, merged
	Fork                             bool   // the branch is in a fork
}

// Failure is what becomes of a request: the zero value is that it is answered.
type Failure struct {
	Status int // instead of doing it
	Header map[string]string
	Lost   bool // it is done, and no answer comes
}

// New is a forge with one branch, main.
func New(t testing.TB, files map[string]string) *Forge {
	f := &Forge{commits: map[string]commit{}, trees: map[string]map[string]string{}, branches: map[string]string{}}
	f.branches["main"] = f.add("", files, "first")
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

// Fail says what becomes of each request, counted from 1; nil: all are answered. It counts anew.
func (f *Forge) Fail(how func(n int, r *http.Request) Failure) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail, f.requests = how, nil
}

// Requests are those since Fail, or since the beginning: METHOD and path.
func (f *Forge) Requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

// Push puts a commit on a branch, as a person does; one that is not there begins where main is.
func (f *Forge) Push(branch string, files map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.branches[branch] == "" {
		f.branches[branch] = f.branches["main"]
	}
	all := maps.Clone(f.trees[f.commits[f.branches[branch]].tree])
	maps.Copy(all, files)
	f.branches[branch] = f.add(f.branches[branch], all, "pushed")
}

// Files are those of a branch.
func (f *Forge) Files(branch string) map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.trees[f.commits[f.branches[branch]].tree])
}

// Settle closes the last proposal, or merges it into its branch.
func (f *Forge) Settle(state string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.Proposals[len(f.Proposals)-1]
	p.State = state
	if state == "merged" {
		f.branches[p.Onto] = f.branches[p.Branch]
	}
}

// Branches are how many there are beside main.
func (f *Forge) Branches() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.branches) - 1
}

func (f *Forge) add(parent string, files map[string]string, message string) string {
	tree := f.tree(files)
	id := fmt.Sprintf("%040x", len(f.commits)+1)
	f.commits[id] = commit{parent, tree, message}
	return id
}

func (f *Forge) tree(files map[string]string) string {
	id := fmt.Sprintf("%039xf", len(f.trees)+1)
	f.trees[id] = files
	return id
}

func (f *Forge) files(commit string) map[string]string { return f.trees[f.commits[commit].tree] }

// ServeHTTP answers as GitHub does below /repos, as GitLab below /api/v4.
func (f *Forge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r.Method+" "+r.URL.Path)
	var how Failure
	if f.fail != nil {
		how = f.fail(len(f.requests), r)
	}
	for k, v := range how.Header {
		w.Header().Set(k, v)
	}
	if how.Status != 0 {
		w.WriteHeader(how.Status)
		fmt.Fprintf(w, `{"message": "refused, said %s"}`, r.Header.Get("Authorization"))
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+Token {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	answer := httptest.NewRecorder()
	if rest, ok := strings.CutPrefix(r.URL.EscapedPath(), "/repos/acme/dns"); ok {
		f.github(answer, r, rest)
	} else if rest, ok := strings.CutPrefix(r.URL.EscapedPath(), "/api/v4/projects/acme%2Fdns"); ok {
		f.gitlab(answer, r, rest)
	} else {
		answer.WriteHeader(http.StatusNotFound)
	}
	if how.Lost {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the caller may be gone
}

func say(w http.ResponseWriter, status int, v any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // into memory
}

func read(r *http.Request, into any) { _ = json.NewDecoder(r.Body).Decode(into) } // what is missing shows in the answer

func pack(w http.ResponseWriter, files map[string]string) {
	zip := gzip.NewWriter(w)
	t := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		_ = t.WriteHeader(&tar.Header{Name: "acme-dns-abc/" + name, Mode: 0o644, Size: int64(len(files[name]))})
		_, _ = t.Write([]byte(files[name]))
	}
	_ = t.Close()
	_ = zip.Close()
}

// changed are the files in which two commits differ.
func (f *Forge) changed(from, to string) (names []string) {
	was, is := f.files(from), f.files(to)
	for name := range is {
		if was[name] != is[name] {
			names = append(names, name)
		}
	}
	for name := range was {
		if _, there := is[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ahead is how many commits a branch has that another has not, and where they part.
func (f *Forge) ahead(base, branch string) (n int, from string) {
	known := map[string]bool{}
	for at := base; at != ""; at = f.commits[at].parent {
		known[at] = true
	}
	at := f.branches[branch]
	for ; at != "" && !known[at]; at = f.commits[at].parent {
		n++
	}
	return n, at
}

func blob(text string) string {
	h := sha1.New() // #nosec G401 -- as git does
	fmt.Fprintf(h, "blob %d\x00%s", len(text), text)
	return hex.EncodeToString(h.Sum(nil))
}
