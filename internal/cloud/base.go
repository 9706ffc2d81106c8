package cloud

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/ripostehq/riposte/event"
)

// Load finds riposte's own credentials where the SDK looks for them (environment, profile, role of the machine or the
// function), and its endpoints: AWS_ENDPOINT_URL is the SDK's own. No call is made before the first client needs one.
func Load(ctx context.Context) (func(event.Place) aws.Config, error) {
	base, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("find AWS credentials: %w", err)
	}
	return func(p event.Place) aws.Config {
		cfg := base.Copy()
		cfg.Region = p.Region
		return cfg
	}, nil
}
