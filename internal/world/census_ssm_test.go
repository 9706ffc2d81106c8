package world_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ripostehq/riposte/internal/world"
)

func ssmExercise() exercise {
	return exercise{estate: shop, run: everySSMCall, unrecorded: because(nobodyRecorded, "ssm", "LabelParameterVersion")}
}

func everySSMCall(t *testing.T, w *world.World) {
	ctx, c, done, name := t.Context(), ssm.NewFromConfig(w.Config(ireland, mallory)), mustDo(t), aws.String("/other")
	done(c.PutParameter(ctx, &ssm.PutParameterInput{
		Name: name, Value: aws.String("x"), Type: types.ParameterTypeString, Overwrite: aws.Bool(true), Tier: types.ParameterTierStandard,
		AllowedPattern: aws.String(".*"), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	}))
	done(c.LabelParameterVersion(ctx, &ssm.LabelParameterVersionInput{Name: name, Labels: []string{"prod"}}))
	done(c.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/other:prod")}))
}
