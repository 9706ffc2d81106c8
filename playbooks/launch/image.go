package launch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// verdict is what the policy says of an image.
type verdict struct {
	breaks string // the rule that fired, "" where none did
	doubt  string // why nobody can say that it fired at the launch too, "" where that is certain
	unseen bool   // AWS shows no such image: nothing can be said for it
	recent string // what the doubt is about, where records tell whether it is recent; without one there is none
}

// judges reads images and remembers what the policy said of each: a template may have hundreds of versions, and few images.
type judges struct {
	in    playbook.In
	place event.Place
	rules ImagePolicy
	at    time.Time // of the launch that is judged
	known map[string]verdict
}

func judge(in playbook.In, p event.Place, rules ImagePolicy, at time.Time) judges {
	return judges{in, p, rules, at, map[string]verdict{}}
}

// image asks the policy about one image. An image that AWS does not show was deregistered or is no longer shared: unknown
// is not permission, and no proof either.
func (j judges) image(ctx context.Context, id string) (verdict, error) {
	if v, ok := j.known[id]; ok {
		return v, nil
	}
	if slices.Contains(j.rules.AllowIDs, id) {
		return verdict{}, nil
	}
	i, err := j.read(ctx, id)
	if err != nil {
		return verdict{}, err
	}
	v := verdict{
		breaks: "it can't be seen: deregistered, or no longer shared", unseen: true,
		doubt: "its image can't be seen any more, so nobody knows what it is",
	}
	if i != nil {
		if v, err = j.say(ctx, *i); err != nil {
			return verdict{}, err
		}
	}
	j.known[id] = v
	return v, nil
}

// say is the policy's word on an image that was read.
func (j judges) say(ctx context.Context, i types.Image) (verdict, error) {
	o, err := j.owner(ctx, i)
	if err != nil {
		return verdict{}, err
	}
	v := j.rules.judge(i, o, j.at)
	if v.recent != "" {
		v.doubt, err = j.changed(ctx, i, v.recent)
	}
	return v, err
}

// read is nil where AWS shows no such image.
func (j judges) read(ctx context.Context, id string) (*types.Image, error) {
	out, err := j.in.AWS.EC2(j.place).DescribeImages(ctx, &ec2.DescribeImagesInput{
		ImageIds: []string{id}, IncludeDeprecated: aws.Bool(true), IncludeDisabled: aws.Bool(true),
	})
	if access.Answered(err, "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", "InvalidAMIID.Malformed") {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read image %q: %w", id, err)
	}
	for _, i := range out.Images {
		if aws.ToString(i.ImageId) == id {
			return &i, nil
		}
	}
	return nil, nil
}

// matches compares a text with a pattern of * and ?, which match any character, slashes included.
func matches(pattern, text string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if len(text) < len(head) || !like(head, text[:len(head)]) {
		return false
	}
	if !star {
		return len(text) == len(head)
	}
	for from := len(head); from <= len(text); from++ {
		if matches(rest, text[from:]) {
			return true
		}
	}
	return false
}

func like(pattern, text string) bool {
	for i := range len(pattern) {
		if pattern[i] != '?' && pattern[i] != text[i] {
			return false
		}
	}
	return true
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
