package forgetest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func (f *Forge) gitlab(w http.ResponseWriter, r *http.Request, path string) {
	q := r.URL.Query()
	switch {
	case path == "":
		say(w, http.StatusOK, object{"default_branch": "main"})
	case strings.HasPrefix(path, "/repository/branches/"):
		name, _ := url.PathUnescape(strings.TrimPrefix(path, "/repository/branches/"))
		id, there := f.branches[name]
		if !there {
			say(w, http.StatusNotFound, object{})
			return
		}
		say(w, http.StatusOK, object{"commit": object{"id": id}})
	case path == "/repository/archive.tar.gz":
		pack(w, f.files(q.Get("sha")))
	case path == "/repository/compare":
		n, from := f.ahead(q.Get("from"), q.Get("to"))
		diffs := []object{}
		for _, name := range f.changed(from, f.branches[q.Get("to")]) {
			diffs = append(diffs, object{"new_path": name})
		}
		say(w, http.StatusOK, object{"commits": make([]object, n), "diffs": diffs})
	case strings.HasPrefix(path, "/repository/files/"):
		name, _ := url.PathUnescape(strings.TrimPrefix(path, "/repository/files/"))
		sum := sha256.Sum256([]byte(f.files(f.branches[q.Get("ref")])[name]))
		say(w, http.StatusOK, object{"content_sha256": hex.EncodeToString(sum[:])})
	case path == "/repository/commits":
		f.gitlabCommit(w, r)
	case path == "/merge_requests" && r.Method == http.MethodPost:
		var in struct {
			Title, Description string
			Source             string `json:"source_branch"`
			Target             string `json:"target_branch"`
		}
		read(r, &in)
		f.propose(w, &Proposal{Branch: in.Source, Onto: in.Target, Title: in.Title, Body: in.Description, State: "open"}, http.StatusConflict)
	case path == "/merge_requests":
		all, page := []object{}, f.of(q.Get("source_branch"))
		n, _ := strconv.Atoi(q.Get("page"))
		page = page[min(max(n-1, 0)*100, len(page)):]
		for _, p := range page[:min(100, len(page))] {
			from := 1
			if p.Fork {
				from = 2
			}
			all = append(all, object{"web_url": f.URL + "/merge", "state": map[string]string{"open": "opened", "closed": "closed", "merged": "merged"}[p.State],
				"source_project_id": from, "target_project_id": 1})
		}
		say(w, http.StatusOK, all)
	default:
		say(w, http.StatusNotFound, object{})
	}
}

func (f *Forge) gitlabCommit(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Branch  string
		Start   string `json:"start_sha"`
		Message string `json:"commit_message"`
		Actions []struct {
			Path    string `json:"file_path"`
			Content string
		}
	}
	read(r, &in)
	if _, there := f.branches[in.Branch]; there {
		say(w, http.StatusBadRequest, object{"message": "A branch called '" + in.Branch + "' already exists."})
		return
	}
	files := maps.Clone(f.files(in.Start))
	for _, a := range in.Actions {
		text, _ := base64.StdEncoding.DecodeString(a.Content)
		files[a.Path] = string(text)
	}
	f.branches[in.Branch] = f.add(in.Start, files, in.Message)
	say(w, http.StatusCreated, object{})
}
