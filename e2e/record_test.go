package e2e

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
)

// object is a JSON object.
type object = map[string]any

// launchRecord is what CloudTrail writes of a launch: by a group's service-linked role, or by a user where there is no group.
func launchRecord(p event.Place, instance, image, group string, at time.Time) object {
	answer := object{"instanceId": instance, "imageId": image}
	who := object{"type": "IAMUser", "principalId": "AIDAEXAMPLEEXAMPLE01", "accountId": p.Account, "userName": "deployer",
		"arn": "arn:aws:iam::" + p.Account + ":user/deployer", "accessKeyId": "AKIADEPLOYER00000001"}
	from := "198.51.100.7"
	if group != "" {
		answer["tagSet"] = object{"items": []object{{"key": "aws:autoscaling:groupName", "value": group}}}
		from = "autoscaling.amazonaws.com"
		who = object{"type": "AssumedRole", "principalId": "AROAEXAMPLEEXAMPLE01:AutoScaling", "accountId": p.Account, "invokedBy": from,
			"arn": "arn:aws:sts::" + p.Account + ":assumed-role/AWSServiceRoleForAutoScaling/AutoScaling",
			"sessionContext": object{"attributes": object{"creationDate": at.UTC().Format(time.RFC3339), "mfaAuthenticated": "false"},
				"sessionIssuer": object{"type": "Role", "principalId": "AROAEXAMPLEEXAMPLE01", "accountId": p.Account, "userName": "AWSServiceRoleForAutoScaling",
					"arn": "arn:aws:iam::" + p.Account + ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"}}}
	}
	return object{
		"eventVersion": "1.09", "userIdentity": who, "eventTime": at.UTC().Format(time.RFC3339), "eventSource": "ec2.amazonaws.com",
		"eventName": "RunInstances", "awsRegion": p.Region, "sourceIPAddress": from, "userAgent": from,
		"requestParameters": object{"instancesSet": object{"items": []object{{"imageId": image, "minCount": 1, "maxCount": 1}}}},
		"responseElements":  object{"instancesSet": object{"items": []object{answer}}},
		"requestID":         random(), "eventID": random(), "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
		"recipientAccountId": p.Account, "eventCategory": "Management",
	}
}

// delivered is a record in EventBridge's envelope, as a queue gets it.
func delivered(t testing.TB, record object) string {
	t.Helper()
	service, _, _ := strings.Cut(fmt.Sprint(record["eventSource"]), ".")
	source := "aws." + service
	b, err := json.Marshal(object{
		"version": "0", "id": random(), "detail-type": "AWS API Call via CloudTrail", "source": source, "account": record["recipientAccountId"],
		"time": record["eventTime"], "region": record["awsRegion"], "resources": []any{}, "detail": record,
	})
	must(t, err)
	return string(b)
}

// random is a UUID, version 4.
func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
