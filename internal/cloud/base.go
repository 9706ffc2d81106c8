package cloud

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/transport"
)

// An endpoint that swallows everything must not hold its caller: AWS answers a greeting in milliseconds. How long an
// answer may take is each client's own matter, since a queue is asked to wait.
const (
	dial      = 3 * time.Second
	handshake = 4 * time.Second
)

// RoleEnv names the role that riposte is, where its process has other credentials: those of a person at a shell.
const RoleEnv = "RIPOSTE_ROLE"

// assumed are the credentials of a role that others assume, renewed for as long as those are good.
func assumed(others aws.Config, role string) aws.CredentialsProvider {
	if others.Region == "" {
		others.Region = Global(event.Place{}).Region
	}
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(others), role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName, o.Duration = "riposte", lasts
	})
	return aws.NewCredentialsCache(provider, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = early })
}

// Load finds riposte's own credentials where the SDK looks for them (environment, profile, role of the machine or the
// function), and its endpoints: AWS_ENDPOINT_URL is the SDK's own. No call is made before the first client needs one. A
// place without a region gets the SDK's, or else its partition's home. Where RIPOSTE_ROLE names a role, those credentials assume it, again
// before its hour ends, and what comes of that is riposte's own.
func Load(ctx context.Context) (func(event.Place) aws.Config, error) {
	return load(ctx, os.Getenv(RoleEnv))
}

// Caller finds the credentials of who runs riposte, whatever role riposte itself assumes: what riposte's role may never do is done with these.
func Caller(ctx context.Context) (func(event.Place) aws.Config, error) { return load(ctx, "") }

func load(ctx context.Context, role string) (func(event.Place) aws.Config, error) {
	client := awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dial }).
		WithTransportOptions(func(t *http.Transport) { t.TLSHandshakeTimeout = handshake })
	base, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(client), config.WithLogger(logging.Nop{})) // what matters comes as an error
	if err != nil {
		return nil, fmt.Errorf("find AWS credentials: %w", err)
	}
	if role != "" {
		base.Credentials = assumed(base, role)
	}
	base.HTTPClient = transport.Steady{HTTPClient: base.HTTPClient}
	base.APIOptions = append(base.APIOptions, awsmiddleware.AddUserAgentKey("riposte"))
	return func(p event.Place) aws.Config {
		cfg := base.Copy()
		switch {
		case p.Region != "":
			cfg.Region = p.Region
		case cfg.Region == "":
			cfg.Region = Global(p).Region
		}
		return cfg
	}, nil
}
