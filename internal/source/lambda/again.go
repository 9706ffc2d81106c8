package lambda

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/internal/region"
	"github.com/ripostehq/riposte/internal/source"
)

// Hider is what is needed of SQS to say when a message comes again.
type Hider interface {
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
}

// atOnce is how many entries one call takes.
const atOnce = 10

// again brings what could not be stored back sooner than the queue would: one that invokes a function has to hide its messages
// for six times as long as the function may run, and so much would the fault of a moment cost. What can't be read is left to the queue, as is what
// this call fails for.
func (h *Handler) again(ctx context.Context, failed []failure) {
	if h.Hide == nil {
		return
	}
	entries := map[string][]types.ChangeMessageVisibilityBatchRequestEntry{} // by queue; an invocation has one
	for _, f := range failed {
		var bad *source.Malformed
		url := queueURL(f.queue)
		if errors.As(f.why, &bad) || url == "" || f.receipt == "" {
			continue
		}
		entries[url] = append(entries[url], types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(len(entries[url]))), ReceiptHandle: aws.String(f.receipt), VisibilityTimeout: int32(source.Hidden(f.receipts).Seconds()),
		})
	}
	for url, all := range entries {
		for len(all) > 0 {
			n := min(atOnce, len(all))
			if _, err := h.Hide.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: aws.String(url), Entries: all[:n]}); err != nil {
				h.Log.Warn("messages come again as late as their queue has it", "messages", len(all), "error", err)
				return
			}
			all = all[n:]
		}
	}
}

// queueURL is where SQS finds a queue of this ARN, "" where that is not known.
// https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
func queueURL(arn string) string {
	part := strings.Split(arn, ":")
	if len(part) != 6 || part[2] != "sqs" {
		return ""
	}
	partition, ok := region.Named(part[1])
	if !ok {
		return ""
	}
	return "https://sqs." + part[3] + "." + partition.Suffix + "/" + part[4] + "/" + part[5]
}
