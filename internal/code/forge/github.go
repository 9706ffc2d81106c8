package forge

import (
	"context"
	"crypto/sha1" // #nosec G505 -- by which git names a blob
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// github is a repository of GitHub's. https://docs.github.com/en/rest
type github struct {
	*client
	name string // OWNER/NAME
}

func (g *github) path(format string, args ...any) string {
	return "/repos/" + g.name + fmt.Sprintf(format, args...)
}

func (g *github) defaultBranch(ctx context.Context) (string, error) {
	var repository struct {
		Branch string `json:"default_branch"`
	}
	_, err := g.call(ctx, http.MethodGet, g.path(""), nil, &repository)
	return repository.Branch, err
}

func (g *github) head(ctx context.Context, branch string) (string, error) {
	var ref struct{ Object struct{ SHA string } }
	a, err := g.call(ctx, http.MethodGet, g.path("/git/ref/heads/%s", branch), nil, &ref, http.StatusNotFound)
	if err != nil || a.status == http.StatusNotFound {
		return "", err
	}
	return ref.Object.SHA, nil
}

func (g *github) archive(ctx context.Context, commit string) (io.ReadCloser, error) {
	return g.download(ctx, g.path("/tarball/%s", commit))
}

func (g *github) find(ctx context.Context, branch string) (*Proposal, error) {
	owner, _, _ := strings.Cut(g.name, "/")
	var all []struct {
		URL    string `json:"html_url"`
		State  string `json:"state"`
		Merged string `json:"merged_at"`
	}
	q := url.Values{"head": {owner + ":" + branch}, "state": {"all"}, "per_page": {"10"}}
	if _, err := g.call(ctx, http.MethodGet, g.path("/pulls?%s", q.Encode()), nil, &all); err != nil || len(all) == 0 {
		return nil, err
	}
	p := &Proposal{URL: all[0].URL, State: Closed}
	for _, one := range all { // an open one counts before those that were closed
		switch {
		case one.State == "open":
			return &Proposal{one.URL, Open}, nil
		case one.Merged != "" && p.State == Closed:
			p = &Proposal{one.URL, Merged}
		}
	}
	return p, nil
}

// commit makes a tree, a commit and the branch. What is left of it where it dies in between nobody sees: git forgets what no branch leads to.
func (g *github) commit(ctx context.Context, d Draft) error {
	var base struct{ Tree struct{ SHA string } }
	if _, err := g.call(ctx, http.MethodGet, g.path("/git/commits/%s", d.Base), nil, &base); err != nil {
		return err
	}
	type entry struct {
		Path    string `json:"path"`
		Mode    string `json:"mode"`
		Type    string `json:"type"`
		Content string `json:"content"`
	}
	var tree, commit struct{ SHA string }
	if _, err := g.call(ctx, http.MethodPost, g.path("/git/trees"), map[string]any{
		"base_tree": base.Tree.SHA, "tree": []entry{{d.Change.File, "100644", "blob", string(d.Change.New)}},
	}, &tree); err != nil {
		return err
	}
	if _, err := g.call(ctx, http.MethodPost, g.path("/git/commits"), map[string]any{
		"message": d.Message, "tree": tree.SHA, "parents": []string{d.Base},
	}, &commit); err != nil {
		return err
	}
	a, err := g.call(ctx, http.MethodPost, g.path("/git/refs"), map[string]any{"ref": "refs/heads/" + d.Branch, "sha": commit.SHA}, nil, http.StatusUnprocessableEntity)
	if err == nil && a.status == http.StatusUnprocessableEntity {
		return errThere
	}
	return err
}

func (g *github) holds(ctx context.Context, d Draft) (bool, error) {
	var c struct {
		Ahead int `json:"ahead_by"`
		Files []struct {
			Name string `json:"filename"`
			SHA  string `json:"sha"`
		} `json:"files"`
	}
	_, err := g.call(ctx, http.MethodGet, g.path("/compare/%s...%s", d.Base, d.Branch), nil, &c)
	return err == nil && c.Ahead == 1 && len(c.Files) == 1 && c.Files[0].Name == d.Change.File && c.Files[0].SHA == blob(d.Change.New), err
}

// blob is the name that git gives a content.
func blob(content []byte) string {
	h := sha1.New() // #nosec G401 -- as git does
	fmt.Fprintf(h, "blob %d\x00", len(content))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

func (g *github) open(ctx context.Context, d Draft, onto string) error {
	a, err := g.call(ctx, http.MethodPost, g.path("/pulls"), map[string]any{
		"title": d.Title, "body": d.Body, "head": d.Branch, "base": onto, "maintainer_can_modify": false,
	}, nil, http.StatusUnprocessableEntity)
	if err == nil && a.status == http.StatusUnprocessableEntity {
		return errThere // or nothing to propose: then none is found
	}
	return err
}
