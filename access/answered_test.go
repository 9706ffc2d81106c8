package access_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/access"
)

func TestOnlyAWSAnswers(t *testing.T) {
	answer := func(code string) error {
		return fmt.Errorf("read it: %w", &smithy.GenericAPIError{Code: code})
	}
	for _, c := range []struct {
		name             string
		err              error
		gone, unreadable bool
	}{
		{"it is not there", answer("InvalidSnapshot.NotFound"), true, false},
		{"it may not be read", answer("UnauthorizedOperation"), false, true},
		{"AWS is busy", answer("RequestLimitExceeded"), false, false},
		{"nobody answered", errors.New("InvalidSnapshot.NotFound"), false, false},
		{"no error", nil, false, false},
	} {
		if access.Answered(c.err, "InvalidSnapshot.NotFound", "Other") != c.gone || access.Unreadable(c.err) != c.unreadable {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
}
