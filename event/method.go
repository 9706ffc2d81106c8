package event

import "strings"

// Method is how a call was made, as far as its record tells: by a click, a command, a program, or a service.
type Method string

// The methods. They are labels of a figure: a fixed list, whatever a caller writes into its user agent.
const (
	ByConsole        Method = "console"
	ByCLI            Method = "cli"
	ByTerraform      Method = "terraform"
	ByPulumi         Method = "pulumi"
	ByCloudFormation Method = "cloudformation"
	ByCDK            Method = "cdk"
	ByAutoScaling    Method = "auto-scaling"
	ByEKS            Method = "eks"
	ByKarpenter      Method = "karpenter"
	ByService        Method = "service" // another of AWS's
	BySDK            Method = "sdk"
	ByUnknown        Method = "unknown"
)

// Methods lists them.
func Methods() []Method {
	return []Method{
		ByConsole, ByCLI, ByTerraform, ByPulumi, ByCloudFormation, ByCDK, ByAutoScaling, ByEKS, ByKarpenter, ByService, BySDK, ByUnknown,
	}
}

// Method returns how the call was made. A service in userIdentity.invokedBy, sourceIPAddress or as the caller is CloudTrail's own word, and so is
// sessionCredentialFromConsole; the rest is read from the user agent, which the caller writes. It is for figures, and nothing is ever decided by it.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
func (e Event) Method() Method {
	if e.Kind != Call {
		return ByService
	}
	for _, service := range []string{e.Actor.InvokedBy, e.SourceIP, strings.TrimPrefix(e.Actor.IssuerName(), "role/aws-service-role/")} {
		host, _, _ := strings.Cut(service, "/") // of a service-linked role its path
		if clicks(host) {
			return ByConsole
		}
		if m := byService(host); m != "" {
			return m
		}
	}
	agent := strings.ToLower(strings.Trim(e.UserAgent, "[]")) // S3 writes brackets around it
	switch {
	case e.FromConsole, clicked(agent):
		return ByConsole
	case e.Actor.ByAWS():
		return ByService
	}
	for _, known := range agents {
		if strings.Contains(agent, known.has) {
			return known.is
		}
	}
	if m := byService(agent); m != "" {
		return m
	}
	if agent == "aws internal" {
		return ByService
	}
	return ByUnknown
}

// byService returns the method of a service by its principal, autoscaling.amazonaws.com; "" where the text is none.
func byService(host string) Method {
	name, is := strings.CutSuffix(strings.TrimSuffix(host, ".cn"), ".amazonaws.com")
	switch {
	case !is, name == "", strings.ContainsAny(name, " /"):
		return ""
	case name == "cloudformation", strings.HasSuffix(name, ".cloudformation"):
		return ByCloudFormation
	case name == "autoscaling":
		return ByAutoScaling
	case name == "eks", strings.HasPrefix(name, "eks-"):
		return ByEKS
	}
	return ByService
}

// clicks reports whether a service's name is how the console is called: what it does in a person's name is that person's click.
func clicks(host string) bool {
	return host == "signin.amazonaws.com" || strings.HasPrefix(host, "console.")
}

// clicked reports whether a user agent, in lower case, is a console's or a browser's: console.ec2.amazonaws.com, S3Console/0.4, EC2ConsoleFrontend.
func clicked(agent string) bool {
	first, _, _ := strings.Cut(agent, " ")
	return clicks(agent) || strings.Contains(first, "console") || strings.HasPrefix(agent, "mozilla/")
}

// agent is a word of user agents, in lower case, and the tool that writes it.
type agent struct {
	has string
	is  Method
}

// agents stand in the order in which they count: a tool names the SDK that it is built with, too.
//   - Terraform: https://registry.terraform.io/providers/hashicorp/aws/latest/docs (APN/1.0 HashiCorp/1.0 Terraform/..., terraform-provider-aws/...)
//   - SDKs: aws-sdk-go-v2/..., Boto3/..., Botocore/...; the command line also names botocore
//
// That Karpenter's agent holds its word was read in its source; of Pulumi's and the CDK's it is unverified. None was seen in a record.
var agents = []agent{
	{"pulumi", ByPulumi}, {"terraform", ByTerraform}, {"opentofu", ByTerraform}, {"karpenter", ByKarpenter}, {"aws-cdk", ByCDK}, {"aws-cli/", ByCLI},
	{"awspowershell", ByCLI}, {"ec2-api-tools", ByCLI}, {"aws-sdk", BySDK}, {"boto", BySDK},
}
