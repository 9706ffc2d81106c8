package origin

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/ripostehq/riposte/event"
)

// parameter reads a parameter of the caller's own account, in its region: at most 8 KB, in the advanced tier.
func (r *Reader) parameter(ctx context.Context, name string) (Text, error) {
	get := ssm.NewFromConfig(r.base(event.Place{})).GetParameter
	out, err := get(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return Text{}, fmt.Errorf("read the parameter %s: %w; riposte's role needs ssm:GetParameter on it", name, err)
	}
	text := []byte(aws.ToString(out.Parameter.Value))
	r.arn = aws.ToString(out.Parameter.ARN)
	// A parameter that was deleted and made anew begins with version 1 again.
	return Text{text, fmt.Sprintf("version %d, %s", out.Parameter.Version, digest(text))}, nil
}
