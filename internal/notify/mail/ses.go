package mail

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/internal/notify"
)

// ses hands mails to Amazon SES.
type ses struct {
	client *sesv2.Client
	from   string
}

// SES makes a Channel that sends from an address by Amazon SES, where the client's region has its identity, and the check that it is verified, which
// sends nothing.
func SES(from string, client *sesv2.Client, now func() time.Time) (*Channel, func(context.Context) error) {
	by := ses{client, from}
	return &Channel{from, by, now}, by.check
}

// check asks for the identity that mails are sent by: the address's own, or its domain's.
func (s ses) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	var missing *types.NotFoundException
	for _, identity := range []string{s.from, s.from[strings.LastIndex(s.from, "@")+1:]} {
		out, err := s.client.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String(identity)})
		switch {
		case errors.As(err, &missing):
		case err != nil:
			return fmt.Errorf("ask SES for the identity %s: %w", identity, err)
		case out.VerifiedForSendingStatus:
			return nil
		default:
			return fmt.Errorf("the identity %s is not verified in SES: publish its DKIM records, or follow the link that it was sent", identity)
		}
	}
	return fmt.Errorf("SES has no identity for %s in this region: make one of its domain", s.from)
}

// Deliver has SES write the mail, whose headers are ours, but for Message-ID and Date, which SES writes over. So it is sent once: a client that tries
// again by itself would send it twice. https://docs.aws.amazon.com/ses/latest/dg/header-fields.html
func (s ses) Deliver(ctx context.Context, m Mail) (string, error) {
	headers := Headers()
	headers["In-Reply-To"], headers["References"] = m.Answers, m.Thread
	simple := &types.Message{
		Subject: &types.Content{Data: aws.String(mime.QEncoding.Encode("utf-8", m.Subject))}, // SES takes ASCII alone
		Body:    &types.Body{Text: &types.Content{Data: aws.String(m.Body), Charset: aws.String("UTF-8")}},
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		simple.Headers = append(simple.Headers, types.MessageHeader{Name: aws.String(name), Value: aws.String(headers[name])})
	}
	out, err := s.client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: aws.String(s.from), Destination: &types.Destination{ToAddresses: []string{m.To}},
		Content: &types.EmailContent{Simple: simple},
	}, func(o *sesv2.Options) { o.Retryer = aws.NopRetryer{} })
	if err != nil {
		return "", refusal(err)
	}
	host := s.client.Options().Region
	if host == "us-east-1" {
		host = "email"
	}
	return "<" + aws.ToString(out.MessageId) + "@" + host + ".amazonses.com>", nil
}

// Breath is how long a server is left alone that wants fewer mails, or asks to come back, as greylisting does.
const Breath = 5 * time.Minute

// refusal is what an error of SES's means to the letter. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
func refusal(err error) error {
	var many *types.TooManyRequestsException
	var limit *types.LimitExceededException
	var bad *types.BadRequestException
	var rejected *types.MessageRejected
	var said smithy.APIError
	switch {
	case errors.As(err, &many), errors.As(err, &limit):
		return &notify.Throttled{After: Breath, Err: errors.New("SES wants fewer mails")}
	case errors.As(err, &bad):
		return &notify.Rejected{Why: "SES takes no such mail: " + notify.Cut(notify.Plain(bad.ErrorMessage()), mostText)}
	case errors.As(err, &rejected):
		return &notify.Rejected{Why: "SES rejects the mail: " + notify.Cut(notify.Plain(rejected.ErrorMessage()), mostText)}
	case errors.As(err, &said):
		return fmt.Errorf("SES says %s: %s", said.ErrorCode(), notify.Cut(notify.Plain(said.ErrorMessage()), mostText))
	}
	return fmt.Errorf("reach SES: %w", err)
}
