package lambda_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/source/lambda"
)

// What another queue brings is not taken, and comes again to it until its own dead-letter queue has it; what only says that
// it is time may come from anywhere.
func TestOnlyConfiguredQueuesAreBelieved(t *testing.T) {
	for _, c := range []struct {
		name, arn string
		believed  bool
	}{
		{"its own", "arn:aws:sqs:eu-west-1:111122223333:riposte", true},
		{"in any partition", "arn:aws-cn:sqs:eu-west-1:111122223333:riposte", true},
		{"of another account", "arn:aws:sqs:eu-west-1:666677778888:riposte", false},
		{"of another region", "arn:aws:sqs:us-east-1:111122223333:riposte", false},
		{"of another name", "arn:aws:sqs:eu-west-1:111122223333:riposte-x", false},
		{"that is none", "arn:aws:kinesis:eu-west-1:111122223333:riposte", false},
		{"without a name", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(fixed)
			payload := strings.ReplaceAll(string(batch("one", `{"riposte":"wake"}`)), "arn:aws:sqs:eu-west-1:111122223333:riposte", c.arn)
			out, err := s.Invoke(t.Context(), []byte(payload))
			if err != nil || strings.Contains(string(out), "m0") == c.believed || len(s.taken) == 1 != c.believed {
				t.Errorf("answered %s, %v, took %q", out, err, s.taken)
			}
			if !c.believed && !strings.Contains(s.log.String(), "lambda.queues does not name") {
				t.Errorf("the log does not say why: %s", s.log.String())
			}
			if s.steps == 0 {
				t.Error("what is due was not done")
			}
		})
	}
}

func TestQueuesAreKnownByTheirURLs(t *testing.T) {
	for address, fine := range map[string]bool{
		"https://sqs.eu-west-1.amazonaws.com/111122223333/riposte": true, "http://127.0.0.1:5000/111122223333/riposte": true,
		"riposte": false, "https://sqs.eu-west-1.amazonaws.com/riposte": false, "https://[": false,
	} {
		if _, err := lambda.QueueOf(address, "eu-west-1"); (err == nil) != fine {
			t.Errorf("%s: %v", address, err)
		}
	}
}
