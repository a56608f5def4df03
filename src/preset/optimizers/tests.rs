use super::*;

#[test]
fn a_preset_names_an_optimizer_as_keras_does_and_may_leave_out_what_is_usual() {
    let texts = [
        "SGD(learning_rate:0.01,momentum:0.0,nesterov:false)",
        "Adam(learning_rate:0.001,beta_1:0.9,beta_2:0.999,epsilon:1e-7)",
        "AdamW(learning_rate:0.001,beta_1:0.9,beta_2:0.999,epsilon:1e-7,weight_decay:0.004)",
        "RMSprop(learning_rate:0.001,rho:0.9,momentum:0.0,epsilon:1e-7,centered:false)",
        "Adagrad(learning_rate:0.001,initial_accumulator_value:0.1,epsilon:1e-7)",
    ];
    for text in texts {
        let given: Optimizer = ron::from_str(text).unwrap();
        assert_eq!(ron::to_string(&given).unwrap(), text);
        assert_eq!(ron::from_str::<Optimizer>(&format!("{}()", given.name())).unwrap(), given);
    }
}

#[test]
fn any_optimizers_learning_rate_is_read_and_set() {
    for name in Optimizer::NAMES {
        let mut optimizer: Optimizer = ron::from_str(&format!("{name}(learning_rate: 0.5)")).unwrap();
        assert_eq!(optimizer.learning_rate(), 0.5, "{name}");
        optimizer.set_learning_rate(0.25);
        assert_eq!(optimizer.learning_rate(), 0.25, "{name}");
    }
}

#[test]
fn moments_have_the_names_that_checkpoints_know() {
    let moments = |text: &str| ron::from_str::<Optimizer>(text).unwrap().moments();
    assert!(moments("SGD()").is_empty());
    assert_eq!(moments("SGD(momentum: 0.9)"), ["momentum"]);
    assert_eq!(moments("Adam()"), ["m", "v"]);
    assert_eq!(moments("AdamW()"), ["m", "v"]);
    assert_eq!(moments("RMSprop()"), ["square_average", "gradient_average", "momentum"]);
    assert_eq!(moments("Adagrad()"), ["sum"]);
}
