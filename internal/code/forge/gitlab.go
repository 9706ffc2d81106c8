package forge

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// gitlab is a project of GitLab's. https://docs.gitlab.com/api/rest/
type gitlab struct {
	*client
	name string // GROUP/PROJECT
}

func (g *gitlab) path(format string, args ...any) string {
	return "/api/v4/projects/" + url.PathEscape(g.name) + fmt.Sprintf(format, args...)
}

func (g *gitlab) defaultBranch(ctx context.Context) (string, error) {
	var project struct {
		Branch string `json:"default_branch"`
	}
	_, err := g.call(ctx, http.MethodGet, g.path(""), nil, &project)
	return project.Branch, err
}

func (g *gitlab) head(ctx context.Context, branch string) (string, error) {
	var b struct{ Commit struct{ ID string } }
	a, err := g.call(ctx, http.MethodGet, g.path("/repository/branches/%s", url.PathEscape(branch)), nil, &b, http.StatusNotFound)
	if err != nil || a.status == http.StatusNotFound {
		return "", err
	}
	return b.Commit.ID, nil
}

func (g *gitlab) archive(ctx context.Context, commit string) (io.ReadCloser, error) {
	return g.download(ctx, g.path("/repository/archive.tar.gz?sha=%s", url.QueryEscape(commit)))
}

// find looks for the branch among the project's own: who may fork it can ask to merge a branch of the same name, and close that again, which is
// nobody's no. Forks' are passed over, page by page.
func (g *gitlab) find(ctx context.Context, branch string) (p *Proposal, err error) {
	for page := 1; page <= mostPages; page++ {
		var all []mergeRequest
		q := url.Values{"source_branch": {branch}, "state": {"all"}, "order_by": {"created_at"}, "per_page": {"100"}, "page": {strconv.Itoa(page)}}
		if _, err := g.call(ctx, http.MethodGet, g.path("/merge_requests?%s", q.Encode()), nil, &all); err != nil {
			return nil, err
		}
		for _, one := range all {
			if one.Source != one.Target { // of a fork
				continue
			}
			switch {
			case one.State == "opened" || one.State == "locked": // locked while it is merged
				return &Proposal{one.URL, Open}, nil
			case one.State == "merged" && (p == nil || p.State == Closed):
				p = &Proposal{one.URL, Merged}
			case p == nil:
				p = &Proposal{one.URL, Closed}
			}
		}
		if len(all) < 100 {
			return p, nil
		}
	}
	return nil, errors.New("the project has too many merge requests of forks for that branch: a person has to see to them")
}

const mostPages = 10 // of 100 merge requests of one branch's name

// mergeRequest is one as GitLab lists it. https://docs.gitlab.com/api/merge_requests/#list-project-merge-requests
type mergeRequest struct {
	URL    string `json:"web_url"`
	State  string `json:"state"`
	Source int    `json:"source_project_id"`
	Target int    `json:"target_project_id"`
}

// commit makes the branch and its commit by one request.
func (g *gitlab) commit(ctx context.Context, d Draft) error {
	a, err := g.call(ctx, http.MethodPost, g.path("/repository/commits"), map[string]any{
		"branch": d.Branch, "start_sha": d.Base, "commit_message": d.Message,
		"actions": []map[string]string{{"action": "update", "file_path": d.Change.File, "encoding": "base64", "content": base64.StdEncoding.EncodeToString(d.Change.New)}},
	}, nil, http.StatusBadRequest)
	if err == nil && a.status == http.StatusBadRequest {
		return errThere // a branch of that name is there; of any other reason the look behind it tells
	}
	return err
}

func (g *gitlab) holds(ctx context.Context, d Draft) (bool, error) {
	var c struct {
		Commits []struct{ ID string }
		Diffs   []struct {
			Path string `json:"new_path"`
		}
	}
	q := url.Values{"from": {d.Base}, "to": {d.Branch}}
	if _, err := g.call(ctx, http.MethodGet, g.path("/repository/compare?%s", q.Encode()), nil, &c); err != nil {
		return false, err
	}
	if len(c.Commits) != 1 || len(c.Diffs) != 1 || c.Diffs[0].Path != d.Change.File {
		return false, nil
	}
	var f struct {
		SHA string `json:"content_sha256"`
	}
	_, err := g.call(ctx, http.MethodGet, g.path("/repository/files/%s?ref=%s", url.PathEscape(d.Change.File), url.QueryEscape(d.Branch)), nil, &f)
	sum := sha256.Sum256(d.Change.New)
	return err == nil && f.SHA == hex.EncodeToString(sum[:]), err
}

func (g *gitlab) open(ctx context.Context, d Draft, onto string) error {
	a, err := g.call(ctx, http.MethodPost, g.path("/merge_requests"), map[string]any{
		"title": d.Title, "description": d.Body, "source_branch": d.Branch, "target_branch": onto, "remove_source_branch": true,
	}, nil, http.StatusConflict)
	if err == nil && a.status == http.StatusConflict {
		return errThere
	}
	return err
}
