package event_test

import (
	"slices"
	"testing"

	"github.com/ripostehq/riposte/event"
)

func TestHowACallWasMade(t *testing.T) {
	scaling := event.Actor{Kind: event.RoleActor, Issuer: "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"}
	for _, c := range []struct {
		story string
		event event.Event
		want  event.Method
	}{
		{"the console, by its own name", event.Event{UserAgent: "console.ec2.amazonaws.com"}, event.ByConsole},
		{"of S3, in brackets", event.Event{UserAgent: "[S3Console/0.4]"}, event.ByConsole},
		{"of EC2, which is built with an SDK", event.Event{UserAgent: "EC2ConsoleFrontend, aws-internal/3 aws-sdk-java/1.11.590 Linux/4.9"}, event.ByConsole},
		{"a browser", event.Event{UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"}, event.ByConsole},
		{"the console's credentials, whatever the agent says", event.Event{FromConsole: true, UserAgent: "AWS Internal", SourceIP: "AWS Internal"}, event.ByConsole},
		{"the console on a person's behalf", event.Event{Actor: event.Actor{InvokedBy: "signin.amazonaws.com"}, UserAgent: "signin.amazonaws.com"}, event.ByConsole},
		{"the command line, which names its library", event.Event{UserAgent: "aws-cli/2.15.3 Python/3.11.6 Linux/5.15 botocore/2.4.5"}, event.ByCLI},
		{"of S3", event.Event{UserAgent: "[aws-cli/2.15.3 md/awscrt#0.19 ua/2.0 os/linux]"}, event.ByCLI},
		{"PowerShell", event.Event{UserAgent: "AWSPowerShell.Common/4.1.0 .NET_Core/6.0 aws-sdk-dotnet/3"}, event.ByCLI},
		{"Terraform, which names its library", event.Event{UserAgent: "APN/1.0 HashiCorp/1.0 Terraform/1.5.7 (+https://www.terraform.io) " +
			"terraform-provider-aws/5.31.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.24"}, event.ByTerraform},
		{"CloudFormation, in a person's name", event.Event{SourceIP: "cloudformation.amazonaws.com", UserAgent: "cloudformation.amazonaws.com",
			Actor: event.Actor{InvokedBy: "cloudformation.amazonaws.com"}}, event.ByCloudFormation},
		{"a stack set", event.Event{Actor: event.Actor{InvokedBy: "stacksets.cloudformation.amazonaws.com"}}, event.ByCloudFormation},
		{"the CDK's own call", event.Event{UserAgent: "aws-sdk-js/3.5 os/linux lang/js aws-cdk/2.100.0"}, event.ByCDK},
		{"an Auto Scaling group", event.Event{Actor: scaling, UserAgent: "autoscaling.amazonaws.com", SourceIP: "autoscaling.amazonaws.com"}, event.ByAutoScaling},
		{"its role alone tells", event.Event{Actor: scaling}, event.ByAutoScaling},
		{"a node group of EKS", event.Event{Actor: event.Actor{InvokedBy: "eks-nodegroup.amazonaws.com"}}, event.ByEKS},
		{"Karpenter", event.Event{UserAgent: "aws-sdk-go/1.44.300 (go1.20.6; linux; amd64) karpenter.sh-v0.29.2"}, event.ByKarpenter},
		{"another service", event.Event{SourceIP: "config.amazonaws.com"}, event.ByService},
		{"a service in China", event.Event{SourceIP: "autoscaling.amazonaws.com.cn"}, event.ByAutoScaling},
		{"a service itself", event.Event{Actor: event.Actor{Kind: event.ServiceActor}}, event.ByService},
		{"what a service did without a call", event.Event{Kind: event.Service, UserAgent: "aws-cli/2"}, event.ByService},
		{"AWS, and no more is said", event.Event{SourceIP: "AWS Internal", UserAgent: "AWS Internal"}, event.ByService},
		{"an SDK", event.Event{UserAgent: "aws-sdk-go-v2/1.41.1 ua/2.1 os/linux lang/go#1.25.7"}, event.BySDK},
		{"Boto", event.Event{UserAgent: "Boto3/1.28.1 md/Botocore#1.31.1"}, event.BySDK},
		{"something else", event.Event{UserAgent: "PostmanRuntime/7.36"}, event.ByUnknown},
		{"nothing", event.Event{}, event.ByUnknown},
		{"a session that names itself as a service's role", event.Event{UserAgent: "curl/8", Actor: event.Actor{Kind: event.RoleActor,
			Issuer: "arn:aws:iam::111122223333:role/x/aws-service-role/autoscaling.amazonaws.com/x"}}, event.ByUnknown},
	} {
		if c.event.Kind == "" {
			c.event.Kind = event.Call
		}
		if got := c.event.Method(); got != c.want {
			t.Errorf("%s: %s, want %s", c.story, got, c.want)
		}
	}
}

func TestTheConsolesCredentialsAreRead(t *testing.T) {
	for _, said := range []string{`"sessionCredentialFromConsole":"true"`, `"userIdentity":{"type":"Root","invokedBy":"signin.amazonaws.com"}`} {
		e, err := event.Decode([]byte(`{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucket","eventTime":"2030-01-07T09:00:00Z",` + said + `}`))
		if err != nil || !e.FromConsole || e.Method() != event.ByConsole {
			t.Errorf("%s: %+v, %v", said, e, err)
		}
	}
}

// Whatever a caller writes, the label is one of the list.
func FuzzMethod(f *testing.F) {
	f.Add("aws-cli/2", "192.0.2.1", "", "")
	f.Add("", "AWS Internal", "cloudformation.amazonaws.com", "arn:aws:iam::111122223333:role/aws-service-role/x")
	f.Fuzz(func(t *testing.T, agent, ip, invoked, issuer string) {
		e := event.Event{Kind: event.Call, UserAgent: agent, SourceIP: ip, Actor: event.Actor{InvokedBy: invoked, Issuer: issuer}}
		if m := e.Method(); !slices.Contains(event.Methods(), m) {
			t.Errorf("%q", m)
		}
	})
}
