package forgetest

import (
	"maps"
	"net/http"
	"strings"
)

type object = map[string]any

func (f *Forge) github(w http.ResponseWriter, r *http.Request, path string) {
	switch {
	case path == "":
		say(w, http.StatusOK, object{"default_branch": "main"})
	case strings.HasPrefix(path, "/git/ref/heads/"):
		sha, there := f.branches[strings.TrimPrefix(path, "/git/ref/heads/")]
		if !there {
			say(w, http.StatusNotFound, object{})
			return
		}
		say(w, http.StatusOK, object{"object": object{"sha": sha}})
	case strings.HasPrefix(path, "/tarball/"):
		pack(w, f.files(strings.TrimPrefix(path, "/tarball/")))
	case strings.HasPrefix(path, "/git/commits/"):
		say(w, http.StatusOK, object{"tree": object{"sha": f.commits[strings.TrimPrefix(path, "/git/commits/")].tree}})
	case strings.HasPrefix(path, "/compare/"):
		f.githubCompare(w, strings.TrimPrefix(path, "/compare/"))
	case path == "/git/trees":
		var in struct {
			Base string `json:"base_tree"`
			Tree []struct{ Path, Content string }
		}
		read(r, &in)
		files := maps.Clone(f.trees[in.Base])
		for _, e := range in.Tree {
			files[e.Path] = e.Content
		}
		say(w, http.StatusCreated, object{"sha": f.tree(files)})
	case path == "/git/commits":
		var in struct {
			Message, Tree string
			Parents       []string
		}
		read(r, &in)
		say(w, http.StatusCreated, object{"sha": f.add(in.Parents[0], f.trees[in.Tree], in.Message)})
	case path == "/git/refs":
		var in struct{ Ref, SHA string }
		read(r, &in)
		branch := strings.TrimPrefix(in.Ref, "refs/heads/")
		if _, there := f.branches[branch]; there {
			say(w, http.StatusUnprocessableEntity, object{"message": "Reference already exists"})
			return
		}
		f.branches[branch] = in.SHA
		say(w, http.StatusCreated, object{})
	case path == "/pulls" && r.Method == http.MethodPost:
		var in struct{ Title, Body, Head, Base string }
		read(r, &in)
		f.propose(w, &Proposal{Branch: in.Head, Onto: in.Base, Title: in.Title, Body: in.Body, State: "open"}, http.StatusUnprocessableEntity)
	case path == "/pulls":
		all := []object{}
		for _, p := range f.of(strings.TrimPrefix(r.URL.Query().Get("head"), "acme:")) {
			if p.Fork { // of another owner than the head that was asked for
				continue
			}
			one := object{"html_url": f.URL + "/pull", "state": map[bool]string{true: "open", false: "closed"}[p.State == "open"], "merged_at": nil}
			if p.State == "merged" {
				one["merged_at"] = "2030-01-01T00:00:00Z"
			}
			all = append(all, one)
		}
		say(w, http.StatusOK, all)
	default:
		say(w, http.StatusNotFound, object{})
	}
}

func (f *Forge) githubCompare(w http.ResponseWriter, path string) {
	base, branch, _ := strings.Cut(path, "...")
	n, from := f.ahead(base, branch)
	files := []object{}
	for _, name := range f.changed(from, f.branches[branch]) {
		files = append(files, object{"filename": name, "sha": blob(f.files(f.branches[branch])[name])})
	}
	say(w, http.StatusOK, object{"ahead_by": n, "files": files})
}

// of are the proposals of a branch, the newest first.
func (f *Forge) of(branch string) (all []*Proposal) {
	for _, p := range f.Proposals {
		if p.Branch == branch {
			all = append([]*Proposal{p}, all...)
		}
	}
	return all
}

func (f *Forge) propose(w http.ResponseWriter, p *Proposal, there int) {
	for _, known := range f.of(p.Branch) {
		if known.State == "open" && !known.Fork {
			say(w, there, object{"message": "already exists"})
			return
		}
	}
	f.Proposals = append(f.Proposals, p)
	say(w, http.StatusCreated, object{})
}
