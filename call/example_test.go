package call_test

import (
	"fmt"

	"github.com/ripostehq/riposte/call"
)

// An action that is written once is found under every name that CloudTrail gives it.
func ExampleRecords() {
	for _, heard := range call.Records(call.LambdaAddPermission, call.CloudWatchDeleteAlarms) {
		fmt.Println(heard.Source, heard.Names)
	}
	// Output:
	// lambda.amazonaws.com [AddPermission20150331v2 AddPermission20150331]
	// monitoring.amazonaws.com [DeleteAlarms]
}

func ExampleRecorded() {
	fmt.Println(call.Recorded("lambda.amazonaws.com", "AddPermission20150331v2"))
	fmt.Println(call.Made("Auto Scaling", "SuspendProcesses")) // what the SDK calls its service and operation
	// Output:
	// lambda:AddPermission
	// autoscaling:SuspendProcesses
}
