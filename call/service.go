package call

import (
	"slices"
	"strings"
)

// Service is one of AWS's services.
type Service struct {
	Prefix string // of its IAM actions: cloudwatch
	Name   string // in Go: CloudWatch
	Source string // CloudTrail's event source, "" where it is PREFIX.amazonaws.com
	Client string // the SDK's service id in lower case without spaces, "" where it is the prefix
	Global bool   // its calls are recorded in the partition's home region alone
}

// services is the table of them.
// Global: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
var services = []Service{
	{Prefix: "autoscaling", Name: "AutoScaling"},
	{Prefix: "cloudformation", Name: "CloudFormation"},
	{Prefix: "cloudfront", Name: "CloudFront", Global: true},
	{Prefix: "cloudshell", Name: "CloudShell"},
	{Prefix: "cloudtrail", Name: "CloudTrail"},
	{Prefix: "cloudwatch", Name: "CloudWatch", Source: "monitoring.amazonaws.com"},
	{Prefix: "dynamodb", Name: "DynamoDB"},
	{Prefix: "ec2", Name: "EC2"},
	{Prefix: "eks", Name: "EKS"},
	{Prefix: "elasticbeanstalk", Name: "Beanstalk"},
	{Prefix: "elasticloadbalancing", Name: "ELB", Client: "elasticloadbalancingv2"},
	{Prefix: "events", Name: "Events", Client: "eventbridge"},
	{Prefix: "iam", Name: "IAM", Global: true},
	{Prefix: "kms", Name: "KMS"},
	{Prefix: "lambda", Name: "Lambda"},
	{Prefix: "logs", Name: "Logs", Client: "cloudwatchlogs"},
	{Prefix: "organizations", Name: "Organizations", Global: true},
	{Prefix: "pricing", Name: "Pricing"},
	{Prefix: "rbin", Name: "RecycleBin"},
	{Prefix: "rds", Name: "RDS"},
	{Prefix: "redshift", Name: "Redshift"},
	{Prefix: "route53", Name: "Route53", Global: true},
	{Prefix: "s3", Name: "S3"},
	{Prefix: "secretsmanager", Name: "SecretsManager"},
	{Prefix: "securityhub", Name: "SecurityHub"},
	{Prefix: "ses", Name: "SES", Client: "sesv2"},
	{Prefix: "signin", Name: "SignIn"},
	{Prefix: "sqs", Name: "SQS"},
	{Prefix: "ssm", Name: "SSM"},
	{Prefix: "sts", Name: "STS"},
}

// Services returns those of the table, by prefix.
func Services() []Service { return slices.Clone(services) }

// Source returns the event source of a service's records.
func Source(prefix string) string {
	for _, s := range services {
		if s.Prefix == prefix && s.Source != "" {
			return s.Source
		}
	}
	return prefix + ".amazonaws.com"
}

// Global reports whether the call is recorded in the partition's home region alone.
func (id ID) Global() bool {
	return slices.ContainsFunc(services, func(s Service) bool { return s.Prefix == id.Service() && s.Global })
}

// Made returns the call of an operation of the SDK's client, by the client's service id: Auto Scaling, EventBridge.
func Made(serviceID, operation string) ID {
	client := strings.ToLower(strings.ReplaceAll(serviceID, " ", ""))
	for _, s := range services {
		if s.Client == client {
			client = s.Prefix
			break
		}
	}
	made := ID(client + ":" + operation)
	if id, ok := operations[made]; ok {
		return id
	}
	return made
}

// operations lists calls that the SDK does not call as their actions, by PREFIX:OPERATION.
var operations = otherOperations()

func otherOperations() map[ID]ID {
	all := map[ID]ID{}
	for _, c := range table {
		if c.Operation != "" {
			all[ID(c.ID.Service()+":"+c.Operation)] = c.ID
		}
	}
	return all
}

// prefix returns the IAM prefix of an event source.
func prefix(source string) string {
	for _, s := range services {
		if s.Source == source {
			return s.Prefix
		}
	}
	service, _, _ := strings.Cut(source, ".")
	return service
}
