package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/internal/strict"
)

// region refuses what can't be a region. One that the SDK does not list may be newer than it.
func (k checker) region(at strict.Node, name string) {
	_, known := region.Of(name)
	switch {
	case known:
	case region.Possible(name):
		k.warn(at, "%q is no region that this riposte knows (where it is a new one, nothing is wrong)%s", name, region.Hint(name))
	default:
		at.Complain("%q is not a region: want a name like eu-west-1%s", name, region.Hint(name))
	}
}

// partition refuses an ARN of a partition that AWS does not have.
func (k checker) partition(at strict.Node, id string) {
	var ids []string
	for _, p := range region.All() {
		ids = append(ids, p.ID)
	}
	if !slices.Contains(ids, id) && !strings.Contains(id, "*") {
		at.Complain("%q is no partition of AWS: want one of %s", id, strings.Join(ids, ", "))
	}
}

// queuePath is a queue's name as CreateQueue takes it, behind the account that it is in.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
var queuePath = regexp.MustCompile(`^/[0-9]{12}/([A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)$`)

// queue wants a queue's URL, of the region that it is asked in.
func (k checker) queue(at strict.Node, address, in string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		at.Complain("want the queue's URL: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
		return
	}
	label := strings.Split(u.Hostname(), ".")
	if label[0] == "sqs" && slices.Contains(label, "amazonaws") { // others are endpoints of one's own, and named as they please
		k.queueAtAWS(at, u, label[1])
	}
	for _, name := range label {
		if _, known := region.Of(name); known && in != "" && name != in {
			at.Complain("the queue is in %s by its URL, and region says %s", name, in)
		}
	}
}

// queueAtAWS wants a region, the suffix of its partition, and an account's queue behind it: of anything else no queue answers.
// https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
func (k checker) queueAtAWS(at strict.Node, u *url.URL, name string) {
	p := region.In(name)
	_, known := region.Of(name)
	switch want := "sqs." + name + "." + p.Suffix; {
	case !known && !region.Possible(name):
		at.Complain("the queue's URL names no region: %q%s", name, region.Hint(name))
	case u.Hostname() != want:
		at.Complain("no queue of %s is at %s: want https://%s/ACCOUNT/NAME", name, u.Hostname(), want)
	case !queuePath.MatchString(u.Path):
		at.Complain("the queue's URL ends with its account's twelve digits and its name: https://%s/ACCOUNT/NAME", want)
	}
}
