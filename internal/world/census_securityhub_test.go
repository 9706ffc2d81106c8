package world_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"github.com/ripostehq/riposte/internal/world"
)

func securityHubExercise() exercise {
	return exercise{estate: shop, run: everySecurityHubCall, unrecorded: because(nobodyRecorded, "securityhub", "BatchImportFindings")}
}

func everySecurityHubCall(t *testing.T, w *world.World) {
	ctx, c, done := t.Context(), securityhub.NewFromConfig(w.Config(ireland, mallory)), mustDo(t)
	text := aws.String("x") // the world refuses it, finding by finding, which is an answer all the same
	done(c.BatchImportFindings(ctx, &securityhub.BatchImportFindingsInput{Findings: []types.AwsSecurityFinding{{
		SchemaVersion: text, Id: text, ProductArn: text, GeneratorId: text, AwsAccountId: text, CreatedAt: text, UpdatedAt: text, Title: text,
		Description: text, Resources: []types.Resource{{Id: text, Type: text}},
	}}}))
	done(c.GetFindings(ctx, &securityhub.GetFindingsInput{}))
}
