package launch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// references remembers which templates read which parameter, a place at a time. To write parameters is cheap, and every
// deployment does: one look answers for all that were written before it, however many. It is safe for concurrent use.
type references struct {
	mu    sync.Mutex
	known map[event.Place]seenAt
}

// seenAt are the ids of the templates that read each parameter, as of a moment.
type seenAt struct {
	at      time.Time
	readers map[string][]string
}

// of returns the templates that read a parameter by their default or latest version. What was seen before the parameter was
// written does not count: a template may have come to read it since.
func (k *references) of(ctx context.Context, r reader, parameter string) ([]string, error) {
	parameter = strings.TrimPrefix(parameter, "/") // which a name has or has not
	k.mu.Lock()
	seen, ok := k.known[r.place]
	k.mu.Unlock()
	if ok && seen.at.After(r.since.at) {
		return seen.readers[parameter], nil
	}

	// Asked without a template, AWS tells the default and latest versions of all of them.
	all, err := r.describeVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Default", "$Latest"}})
	if err != nil {
		return nil, fmt.Errorf("read versions of launch templates: %w", err)
	}
	seen = seenAt{r.in.Now, map[string][]string{}}
	for _, v := range all {
		if ref := imageOf(v); strings.HasPrefix(ref, "resolve:ssm:") {
			name := strings.TrimPrefix(parameterName(ref), "/")
			seen.readers[name] = append(seen.readers[name], aws.ToString(v.LaunchTemplateId))
		}
	}

	k.mu.Lock()
	defer k.mu.Unlock()
	if seen.at.After(k.known[r.place].at) {
		k.known[r.place] = seen
	}
	return seen.readers[parameter], nil
}

// parameter checks each template that reads a parameter.
func (r reader) parameter(ctx context.Context, name string, k *references) (out []playbook.Suspect[prepared], err error) {
	ids, err := k.of(ctx, r, name)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		found, err := r.template(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
