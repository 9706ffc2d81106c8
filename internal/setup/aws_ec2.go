package setup

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
)

// machines are the calls of EC2 that are made: the client as a whole would bring all its operations into the binary.
type machines struct {
	regions   func(context.Context) (*ec2.DescribeRegionsOutput, error)
	instances func(context.Context, *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error)
	images    func(context.Context, *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error)
}

func (a *AWS) ec2(p event.Place) machines {
	c := ec2.NewFromConfig(a.config(p))
	regions, instances, images := c.DescribeRegions, c.DescribeInstances, c.DescribeImages
	return machines{
		func(ctx context.Context) (*ec2.DescribeRegionsOutput, error) {
			return regions(ctx, &ec2.DescribeRegionsInput{}) // without AllRegions: those that are enabled
		},
		func(ctx context.Context, in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
			return instances(ctx, in)
		},
		func(ctx context.Context, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
			return images(ctx, in)
		},
	}
}

// Instances counts those that run, by image.
func (a *AWS) Instances(ctx context.Context, at event.Place) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	describe := a.ec2(at).instances
	in := &ec2.DescribeInstancesInput{
		MaxResults: aws.Int32(1000), Filters: []types.Filter{{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}}},
	}
	found := map[string]int{}
	for {
		out, err := describe(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, r := range out.Reservations {
			for _, i := range r.Instances {
				found[aws.ToString(i.ImageId)]++
			}
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return found, nil
		}
	}
}

// filterMost is how many values a filter takes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
const filterMost = 200

// Images are those of the ids that the account can see. They are asked for by a filter: an id that is gone would fail the whole call.
func (a *AWS) Images(ctx context.Context, at event.Place, ids []string) (map[string]Image, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	describe := a.ec2(at).images
	found := map[string]Image{}
	for part := range slices.Chunk(ids, filterMost) {
		in := &ec2.DescribeImagesInput{IncludeDeprecated: aws.Bool(true), Filters: []types.Filter{{Name: aws.String("image-id"), Values: part}}}
		for {
			out, err := describe(ctx, in)
			if err != nil {
				return nil, err
			}
			for _, i := range out.Images {
				found[aws.ToString(i.ImageId)] = Image{Owner: aws.ToString(i.OwnerId), Alias: aws.ToString(i.ImageOwnerAlias), Name: aws.ToString(i.Name)}
			}
			if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
				break
			}
		}
	}
	return found, nil
}
