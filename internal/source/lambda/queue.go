package lambda

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/source"
)

// Queue is a queue that the function believes, as its URL names it.
type Queue struct{ region, account, name string }

// QueueOf reads a queue's URL, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME. Of a URL of another form, an endpoint's of
// one's own, the region is the function's: a mapping reaches no queue elsewhere.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
func QueueOf(address, region string) (Queue, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Queue{}, fmt.Errorf("queue %q: %w", address, err)
	}
	part := strings.Split(strings.Trim(u.Path, "/"), "/")
	if u.Host == "" || len(part) != 2 {
		return Queue{}, fmt.Errorf("queue %q: want its URL, https://sqs.REGION.amazonaws.com/ACCOUNT/NAME", address)
	}
	if host := strings.Split(u.Hostname(), "."); len(host) > 2 && host[0] == "sqs" {
		region = host[1]
	}
	return Queue{region, part[0], part[1]}, nil
}

// queueOf reads a queue's ARN.
func queueOf(arn string) (Queue, bool) {
	part := strings.Split(arn, ":")
	if len(part) != 6 || part[2] != "sqs" {
		return Queue{}, false
	}
	return Queue{part[3], part[4], part[5]}, true
}

// answers reports whether a queue, by its ARN, is the one of people's answers.
func (h *Handler) answers(arn string) bool {
	from, ok := queueOf(arn)
	return ok && h.Answer != nil && from == *h.Answer
}

// believe refuses what came by a queue that the configuration does not name. A caller that may map a queue of its own to the
// function would tell it, as AWS, what never happened: which queue it was stands in the batch, and Lambda wrote it.
func (h *Handler) believe(m message, batch bool) error {
	if !batch || h.answers(m.queue) { // what comes by that is believed for its signature alone
		return nil
	}
	if from, ok := queueOf(m.queue); ok && slices.Contains(h.Queues, from) {
		return nil
	}
	return &source.Malformed{Err: fmt.Errorf("a message of the queue %.200q, which lambda.queues does not name: it is not believed", m.queue)}
}
