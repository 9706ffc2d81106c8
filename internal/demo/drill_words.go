package demo

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
)

// wording is what stands in the demo's records, and what is to stand there.
type wording struct {
	target Target
	by     Who
	caller string            // whom a record of the demo names where it tells who it was
	alone  map[string]string // names and ids, where they stand alone or behind a slash
	inside map[string]string // what nothing else contains, wherever it stands
}

// words are what stands in some records of the demo, and what takes its place.
func (t Target) words(d Drill, told []event.Event) wording {
	w := wording{target: t, by: d.By, alone: map[string]string{}, inside: map[string]string{}}
	var l launch
	for _, e := range told {
		w.inside[e.Account], w.inside[e.Region] = t.Place.Account, t.Place.Region
		if l.instance == "" {
			l = launchOf(e)
		}
		if d.By == User && e.Actor.ARN != "" {
			w.caller = e.Actor.ARN // who made a version, whom a refusal names
		}
	}
	for old, now := range d.words(t, l) {
		if strings.HasPrefix(old, "i-") || strings.HasPrefix(old, "ami-") || strings.HasPrefix(old, "lt-") {
			w.inside[old] = now
			continue
		}
		w.alone[old] = now
	}
	return w
}

// launchOf is the first machine that a call launched.
func launchOf(e event.Event) launch {
	var made struct {
		InstancesSet struct {
			Items []struct{ InstanceID, ImageID string }
		}
	}
	if e.Kind != event.Call || json.Unmarshal(e.Response, &made) != nil || len(made.InstancesSet.Items) == 0 {
		return launch{}
	}
	return launch{made.InstancesSet.Items[0].InstanceID, made.InstancesSet.Items[0].ImageID}
}

// tell is one event with other words, new ids and the present time.
func (w wording) tell(a Attack, body []byte) (Telling, error) {
	var envelope struct {
		Source     string
		DetailType string `json:"detail-type"`
		Resources  []string
		Detail     any
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&envelope); err != nil {
		return Telling{}, fmt.Errorf("a record of the demo: %w", err)
	}
	now := w.target.Now.UTC()
	detail := w.reword(envelope.Detail)
	if record, ok := detail.(map[string]any); ok && record["eventName"] != nil {
		record["eventTime"] = now.Format(time.RFC3339)
		record["eventID"], record["requestID"] = "drill-"+rand.Text(), "drill-"+rand.Text()
		record["userAgent"] = "riposte attack " + a.Name + " (a drill)"
		if identity, ok := record["userIdentity"].(map[string]any); ok && w.by != AWS {
			w.identify(identity)
		}
	}
	text, err := json.Marshal(detail)
	out := Telling{Source: envelope.Source, DetailType: envelope.DetailType, Time: now, Detail: string(text), Resources: []string{}}
	for _, r := range envelope.Resources {
		out.Resources = append(out.Resources, w.reworded(r))
	}
	return out, err
}

// identify puts the caller in the place of the demo's. What else is said of it, whether it had a second factor, stays.
func (w wording) identify(identity map[string]any) {
	c := w.target.Caller
	name := c.ARN[strings.LastIndex(c.ARN, "/")+1:]
	identity["accessKeyId"] = c.Key
	if w.by == User {
		identity["arn"], identity["principalId"], identity["userName"] = c.ARN, c.ID, name
		return
	}
	at := w.target.Place
	identity["arn"] = fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", at.Partition, at.Account, name, c.Session)
	identity["principalId"] = c.ID + ":" + c.Session
	if context, ok := identity["sessionContext"].(map[string]any); ok {
		if issuer, ok := context["sessionIssuer"].(map[string]any); ok {
			issuer["arn"], issuer["principalId"], issuer["userName"] = c.ARN, c.ID, name
		}
	}
}

// moment is a time as records have it, alone or in a sentence.
var moment = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// reword goes through a record.
func (w wording) reword(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = w.reword(inner)
			if key == "launchTime" || key == "attachTime" {
				v[key] = w.target.Now.UnixMilli()
			}
		}
	case []any:
		for i, inner := range v {
			v[i] = w.reword(inner)
		}
	case json.Number:
		if now, ok := w.alone[v.String()]; ok {
			return json.Number(now)
		}
	case string:
		return moment.ReplaceAllString(w.reworded(v), w.target.Now.UTC().Format(time.RFC3339))
	}
	return v
}

func (w wording) reworded(s string) string {
	if w.caller != "" {
		s = strings.ReplaceAll(s, w.caller, w.target.Caller.ARN)
	}
	for old, now := range w.inside {
		s = strings.ReplaceAll(s, old, now)
	}
	front, name := s[:strings.LastIndex(s, "/")+1], s[strings.LastIndex(s, "/")+1:]
	if now, ok := w.alone[name]; ok {
		return front + now
	}
	return s
}
