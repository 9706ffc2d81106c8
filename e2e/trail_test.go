package e2e

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/mototest"
)

// trail stands before moto in the place of CloudTrail, which moto lacks: of EC2's calls that it knows how to write down, a
// record is delivered, refused or not.
type trail struct {
	*httptest.Server
	t     *testing.T
	queue queue
	users map[string]object // userIdentity by the id of the access key
}

func openTrail(t *testing.T, s *mototest.Server, q queue) *trail {
	t.Helper()
	tr := &trail{t: t, queue: q, users: map[string]object{}}
	tr.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tr.pass(s.URL, w, r) }))
	t.Cleanup(tr.Close)
	return tr
}

// pass asks moto, delivers the record, and answers as moto did.
func (tr *trail) pass(to string, w http.ResponseWriter, r *http.Request) {
	asked, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	req, err := http.NewRequestWithContext(r.Context(), r.Method, to+r.URL.RequestURI(), bytes.NewReader(asked))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	req.Header, req.Host = r.Header.Clone(), r.Host
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if strings.Contains(r.Header.Get("Authorization"), "/ec2/aws4_request") {
		tr.write(signer(r), asked, resp.StatusCode, answer)
	}
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(answer) // the client may have gone
}

// write delivers the record of a call, where it is one of those that a trail of a fleet has.
func (tr *trail) write(key string, asked []byte, status int, answer []byte) {
	form, err := url.ParseQuery(string(asked))
	if err != nil {
		return
	}
	request, response := parameters(form), object{"_return": true}
	if request == nil {
		return
	}
	if form.Get("Action") == "RunInstances" {
		response = launchedSet(answer)
	}
	now := time.Now().UTC().Format(time.RFC3339)
	record := object{
		"eventVersion": "1.11", "userIdentity": tr.users[key], "eventTime": now, "eventSource": "ec2.amazonaws.com", "eventName": form.Get("Action"),
		"awsRegion": ireland.Region, "sourceIPAddress": "198.51.100.7", "userAgent": "somebody's tool", "requestParameters": request,
		"responseElements": response, "requestID": random(), "eventID": random(), "readOnly": false, "eventType": "AwsApiCall",
		"managementEvent": true, "recipientAccountId": ireland.Account, "eventCategory": "Management",
	}
	if status >= http.StatusBadRequest {
		var refused struct {
			Code    string `xml:"Errors>Error>Code"`
			Message string `xml:"Errors>Error>Message"`
		}
		if xml.Unmarshal(answer, &refused) != nil {
			return
		}
		record["errorCode"], record["errorMessage"], record["responseElements"] = "Client."+refused.Code, refused.Message, nil
	}
	tr.queue.send(tr.t, delivered(tr.t, record), 1)
}

// parameters are a call's requestParameters as CloudTrail writes them; nil for a call that is not written down here.
func parameters(form url.Values) object {
	switch form.Get("Action") {
	case "RunInstances":
		return object{
			"instancesSet":          object{"items": []object{{"imageId": form.Get("ImageId"), "minCount": 1, "maxCount": 1}}},
			"disableApiTermination": form.Get("DisableApiTermination") == "true", "disableApiStop": form.Get("DisableApiStop") == "true",
		}
	case "ModifyInstanceAttribute":
		r := object{"instanceId": form.Get("InstanceId")}
		if form.Has("DisableApiTermination.Value") {
			r["disableApiTermination"] = object{"value": form.Get("DisableApiTermination.Value") == "true"}
		}
		if form.Has("DisableApiStop.Value") {
			r["disableApiStop"] = object{"value": form.Get("DisableApiStop.Value") == "true"}
		}
		return r
	case "TerminateInstances":
		return object{"instancesSet": object{"items": []object{{"instanceId": form.Get("InstanceId.1")}}}}
	}
	return nil
}

func launchedSet(answer []byte) object {
	var launched struct {
		Items []struct {
			InstanceID string `xml:"instanceId"`
			ImageID    string `xml:"imageId"`
		} `xml:"instancesSet>item"`
	}
	items := []object{}
	if xml.Unmarshal(answer, &launched) == nil {
		for _, i := range launched.Items {
			items = append(items, object{"instanceId": i.InstanceID, "imageId": i.ImageID})
		}
	}
	return object{"instancesSet": object{"items": items}}
}
