package inventory

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// ec2Tags are the tags that EC2 shows of a resource.
func ec2Tags(tags []types.Tag) map[string]string {
	all := make(map[string]string, len(tags))
	for _, t := range tags {
		all[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return all
}

// id is what a field of an id says.
func id(of *string) string { return aws.ToString(of) }
